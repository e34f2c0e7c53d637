import { backoffMs, EdgeError, sleep, type Clock, type Hub, type Log, type OutputMessage } from '@companion/edge';

/** What waits to be sent, in order, and how it went so far. */
export interface OutboxStats {
  readonly depth: number;
  readonly sent: number;
  readonly sentBytes: number;
  /** Lost because the outbox was full, or because the hub can never take them. */
  readonly dropped: number;
}

/** Sends messages to one output one after another, each until the hub has acknowledged it. */
export interface Outbox {
  /** Takes a message. When full, the oldest waiting one is dropped and counted. */
  add(message: OutputMessage): void;
  stats(): OutboxStats;
  /** Gives what waits `withinMs` to be sent, then gives up and answers how many were left. */
  stop(withinMs: number): Promise<number>;
}

interface OutboxOptions {
  readonly hub: Pick<Hub, 'send'>;
  readonly output: string;
  readonly capacity: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly log: Log;
}

/** Makes an outbox that lives in memory: what waits in it is lost when the process dies. */
export function createOutbox({ hub, output, capacity, clock, random, log }: OutboxOptions): Outbox {
  const waiting: OutputMessage[] = [];
  const stopping = new AbortController();
  const counts = { sent: 0, sentBytes: 0, dropped: 0 };
  let sending: Promise<void> | undefined;
  let closed = false;

  async function drain(): Promise<void> {
    for (let message = waiting[0]; message !== undefined && !stopping.signal.aborted; message = waiting[0]) {
      if (await deliver(message)) waiting.shift();
    }
    sending = undefined;
  }

  /** Resolves to false when there was no more time to try. */
  async function deliver(message: OutputMessage): Promise<boolean> {
    for (let failures = 1; ; failures++) {
      try {
        await hub.send(output, message);
        counts.sent++;
        counts.sentBytes += Buffer.byteLength(message.body);
        if (failures > 1) log.info({ output, failures: failures - 1 }, 'events are sent again');
        return true;
      } catch (error) {
        if (error instanceof EdgeError && error.code === 'MESSAGE_TOO_LARGE') {
          counts.dropped++;
          log.error({ output, err: error }, 'an event is dropped, because the hub can never take it');
          return true;
        }
        if (failures === 1) log.warn({ output, err: error }, 'an event could not be sent and is tried again');
        await sleep(clock, backoffMs(failures, { baseMs: 250, capMs: 10_000, random }), stopping.signal);
        if (stopping.signal.aborted) return false;
      }
    }
  }

  return {
    add(message) {
      if (closed) return;
      if (waiting.length >= capacity) {
        // The first is on its way, and may have arrived; the one after it is the oldest that can go.
        waiting.splice(sending ? 1 : 0, 1);
        if (counts.dropped++ === 0)
          log.error({ output, capacity }, 'the outbox is full, the oldest events are dropped');
      }
      waiting.push(message);
      sending ??= drain();
    },
    stats: () => ({ depth: waiting.length, ...counts }),
    async stop(withinMs) {
      closed = true;
      const cancel = clock.after(withinMs, () => {
        stopping.abort();
      });
      // A send without an answer must not hold up the end: the hub has its own, longer time for that.
      const givenUp = new Promise<void>((resolve) => {
        stopping.signal.addEventListener('abort', () => {
          resolve();
        });
      });
      await Promise.race([sending ?? Promise.resolve(), givenUp]);
      cancel();
      stopping.abort();
      return waiting.length;
    },
  };
}
