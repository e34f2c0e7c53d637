import type { Hub } from '@companion/edge';
import type { Outlet } from './outlet.ts';

/** Messages on their way at most, when they may be dropped. */
const window = 64;

/**
 * Sends over IoT Edge as the Azure adapter does: the topic is the output, and there is no content type, no encoding and
 * no message id.
 */
export function createHubOutlet(hub: Pick<Hub, 'start' | 'send' | 'stop'>): Outlet {
  const counts = { sent: 0, dropped: 0, failed: 0 };
  let underway = 0;
  const send = async (topic: string, body: string | Uint8Array): Promise<void> => {
    underway += 1;
    try {
      await hub.send(topic, { body });
      counts.sent += 1;
    } catch (error) {
      counts.failed += 1;
      throw error;
    } finally {
      underway -= 1;
    }
  };
  return {
    counts,
    start: () => hub.start(),
    send,
    offer: (topic, body) => {
      if (underway >= window) {
        counts.dropped += 1;
        return;
      }
      // Counted, and the next frame is on its way: nobody would want this one any more.
      send(topic, body).catch(() => undefined);
    },
    stop: () => hub.stop(),
  };
}
