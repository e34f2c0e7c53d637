import type { Hub } from '@companion/edge';
import type { Outlet } from './outlet.ts';

/** Messages on their way at most, when they may be dropped. */
const window = 64;

/**
 * Sends over IoT Edge as the Azure adapter does: the topic is the output, and there is no content type, no encoding and
 * no message id.
 */
export class HubOutlet implements Outlet {
  readonly counts = { sent: 0, dropped: 0, failed: 0 };
  readonly #hub: Pick<Hub, 'start' | 'send' | 'stop'>;
  #underway = 0;

  constructor(hub: Pick<Hub, 'start' | 'send' | 'stop'>) {
    this.#hub = hub;
  }

  start(): Promise<void> {
    return this.#hub.start();
  }

  offer(topic: string, body: string | Uint8Array): void {
    if (this.#underway >= window) {
      this.counts.dropped += 1;
      return;
    }
    // Counted, and the next frame is on its way: nobody would want this one any more.
    this.send(topic, body).catch(() => undefined);
  }

  async send(topic: string, body: string | Uint8Array): Promise<void> {
    this.#underway += 1;
    try {
      await this.#hub.send(topic, { body });
      this.counts.sent += 1;
    } catch (error) {
      this.counts.failed += 1;
      throw error;
    } finally {
      this.#underway -= 1;
    }
  }

  stop(): Promise<void> {
    return this.#hub.stop();
  }
}
