import { EdgeError, createLog, type EdgeErrorCode, type OutputMessage } from '@companion/edge';
import { ManualClock } from '@companion/foundation/testing';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { HubDouble } from '../testing/hub-double.ts';
import { Outbox } from './outbox.ts';
import { MemoryStorage } from './storage.ts';

const log = createLog({ module: 'filter', level: 'silent' });
const hourMs = 3_600_000;

/** An outbox before a hub that does with each message as `onSend` says. */
function outboxBefore(onSend: (message: OutputMessage) => Promise<void>) {
  const [hub, clock] = [new HubDouble(), new ManualClock(0)];
  hub.onSend = onSend;
  const storage = new MemoryStorage('a test', { ok: true });
  const capacity = { entries: 1_000, bytes: 1e8 };
  const outbox = new Outbox({ hub, storage, capacity, checkpoint: () => undefined, clock, random: () => 0.5, log });
  outbox.start();
  const bodies = (): unknown[] => hub.sent.map(({ body }) => body);
  return { outbox, clock, bodies };
}

const edgeError = (code: EdgeErrorCode) => (): unknown => new EdgeError(code, code, { retryable: true });
const errors: Readonly<Record<string, () => unknown>> = {
  uri: () => new URIError('URI malformed'),
  type: () => new TypeError('not a function'),
  any: () => new Error('of any kind'),
  text: () => 'a text',
  tooLarge: edgeError('MESSAGE_TOO_LARGE'),
  refused: () => new EdgeError('SEND_FAILED', 'refused'),
  timeout: edgeError('SEND_TIMEOUT'),
  lost: edgeError('CONNECTION_LOST'),
};

describe('a message that can never be sent', () => {
  test.each(Object.keys(errors))('holds nothing up, whatever the error: %s', async (name) => {
    const { outbox, clock, bodies } = outboxBefore(({ body }) =>
      body === '1' ? rejected(errors[name]?.()) : Promise.resolve(),
    );
    for (const body of ['1', '2', '3']) outbox.add('event', 'events', { body });
    await clock.pass(hourMs);
    expect(bodies()).toEqual(['2', '3']);
    expect(outbox.stats()).toMatchObject({ depth: 0, sent: 2, setAside: { event: 1 }, dropped: { event: 0 } });
  });

  test('is not seen in one that waits for a hub that is away, or that acknowledges nothing for a day', async () => {
    for (const code of [
      'NOT_CONNECTED',
      'HUB_UNREACHABLE',
      'UNAUTHORIZED',
      'SEND_TIMEOUT',
      'CONNECTION_LOST',
    ] as const) {
      let well = false;
      const { outbox, clock, bodies } = outboxBefore(() => (well ? Promise.resolve() : rejected(edgeError(code)())));
      for (const body of ['1', '2', '3']) outbox.add('event', 'events', { body });
      await clock.pass(24 * hourMs);
      well = true;
      await clock.pass(hourMs);
      expect(new Set(bodies())).toEqual(new Set(['1', '2', '3']));
      expect(outbox.stats()).toMatchObject({ depth: 0, setAside: { event: 0 } });
    }
  });

  test('is not seen in each of those that a hub refuses which refuses everything', async () => {
    let well = false;
    const { outbox, clock, bodies } = outboxBefore(() => (well ? Promise.resolve() : rejected(errors['refused']?.())));
    for (let n = 0; n < 20; n++) outbox.add('event', 'events', { body: `${n}` });
    await clock.pass(24 * hourMs);
    well = true;
    await clock.pass(hourMs);
    expect(outbox.stats().setAside.event).toBeLessThanOrEqual(3);
    expect(bodies().length + outbox.stats().setAside.event).toBe(20);
  });

  test('never keeps a queue from draining: all the rest arrives once, in order, and the count is right', async () => {
    const one = fc.record({
      body: fc.string({ unit: 'binary' }),
      error: fc.option(fc.constantFrom(...Object.values(errors)), { freq: 2, nil: undefined }),
    });
    await fc.assert(
      fc.asyncProperty(
        fc.array(one, { maxLength: 12 }),
        fc.array(fc.boolean(), { maxLength: 20 }),
        async (list, away) => {
          const sequence = [...list, { body: 'last', error: undefined }];
          const messages = sequence.map(({ body }, n) => `${n} ${body}`);
          const fate = new Map(messages.map((body, n) => [body, sequence[n]?.error]));
          const absences = [...away];
          const { outbox, clock, bodies } = outboxBefore(({ body }) => {
            if (absences.pop() === true) return rejected(edgeError('NOT_CONNECTED')());
            const error = fate.get(body as string);
            return error === undefined ? Promise.resolve() : rejected(error());
          });
          for (const body of messages) outbox.add('event', 'events', { body });
          await clock.pass(2 * hourMs);
          const good = messages.filter((body) => fate.get(body) === undefined);
          expect(bodies()).toEqual(good);
          const setAside = messages.length - good.length;
          expect(outbox.stats()).toMatchObject({ depth: 0, setAside: { event: setAside }, dropped: { event: 0 } });
        },
      ),
      { numRuns: 50 },
    );
  });
});

/** Also with what is no Error: the outbox must not care. */
function rejected(error: unknown): Promise<void> {
  return Promise.resolve().then(() => {
    throw error;
  });
}
