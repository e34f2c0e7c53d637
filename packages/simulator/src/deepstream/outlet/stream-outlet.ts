import type { Writable } from 'node:stream';
import type { Outlet } from './outlet.ts';

/** Writes each message as one line; the line breaks that the full schema is printed with become spaces. */
export function createStreamOutlet(stream: Writable): Outlet {
  const counts = { sent: 0, dropped: 0, failed: 0 };
  const send = (_topic: string, body: string | Uint8Array): Promise<void> =>
    new Promise((resolve, reject) => {
      const line = typeof body === 'string' ? body.trim().replaceAll(/\r?\n\s*/g, ' ') : body;
      if (typeof line !== 'string') stream.write(line);
      stream.write(typeof line === 'string' ? `${line}\n` : '\n', (error) => {
        if (error) {
          counts.failed += 1;
          reject(error);
          return;
        }
        counts.sent += 1;
        resolve();
      });
    });
  return {
    counts,
    send,
    start: () => Promise.resolve(),
    offer: (topic, body) => {
      send(topic, body).catch(() => undefined);
    },
    stop: () =>
      new Promise((resolve) => {
        stream.write('', () => resolve());
      }),
  };
}
