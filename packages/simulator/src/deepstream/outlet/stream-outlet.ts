import type { Writable } from 'node:stream';
import type { Outlet } from './outlet.ts';

/** Writes each message as one line; the line breaks that the full schema is printed with become spaces. */
export class StreamOutlet implements Outlet {
  readonly counts = { sent: 0, dropped: 0, failed: 0 };
  readonly #stream: Writable;

  constructor(stream: Writable) {
    this.#stream = stream;
  }

  start(): Promise<void> {
    return Promise.resolve();
  }

  offer(topic: string, body: string | Uint8Array): void {
    this.send(topic, body).catch(() => undefined);
  }

  send(_topic: string, body: string | Uint8Array): Promise<void> {
    return new Promise((resolve, reject) => {
      const line = typeof body === 'string' ? body.trim().replaceAll(/\r?\n\s*/g, ' ') : body;
      if (typeof line !== 'string') this.#stream.write(line);
      this.#stream.write(typeof line === 'string' ? `${line}\n` : '\n', (error) => {
        if (error) {
          this.counts.failed += 1;
          reject(error);
          return;
        }
        this.counts.sent += 1;
        resolve();
      });
    });
  }

  stop(): Promise<void> {
    return new Promise((resolve) => {
      this.#stream.write('', () => resolve());
    });
  }
}
