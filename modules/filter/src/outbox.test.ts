import { createLog, EdgeError, type OutputMessage } from '@companion/edge';
import { beforeEach, describe, expect, test } from 'vitest';
import { createFakeClock, type FakeClock } from './clock.fake.ts';
import { createHubDouble, type HubDouble } from './hub.double.ts';
import { createOutbox, type Outbox } from './outbox.ts';

const message = (n: number): OutputMessage => ({ body: `event ${n}` });
const log = createLog({ module: 'filter', level: 'silent' });
let hub: HubDouble;
let clock: FakeClock;
let outbox: Outbox;

beforeEach(() => {
  hub = createHubDouble();
  clock = createFakeClock(0);
  outbox = createOutbox({ hub, output: 'events', capacity: 3, clock, random: () => 1, log });
});
const bodies = () => hub.sent.map(({ body }) => body);

describe('the outbox', () => {
  test('sends in order, one after another', async () => {
    let acknowledge: () => void = () => undefined;
    hub.onSend = () =>
      new Promise((resolve) => {
        acknowledge = resolve;
      });
    for (const n of [1, 2, 3]) outbox.add(message(n));
    await clock.pass(60_000);
    expect(bodies()).toEqual([]);
    for (const n of [1, 2, 3]) {
      acknowledge();
      await clock.pass(0);
      expect(hub.sent).toHaveLength(n);
    }
    expect(bodies()).toEqual(['event 1', 'event 2', 'event 3']);
    expect(outbox.stats()).toEqual({ depth: 0, sent: 3, sentBytes: 21, dropped: 0 });
  });

  test('tries again until the hub has acknowledged, and lets nothing overtake', async () => {
    let failures = 5;
    hub.onSend = () =>
      failures-- > 0
        ? Promise.reject(new EdgeError('NOT_CONNECTED', 'no hub', { retryable: true }))
        : Promise.resolve();
    outbox.add(message(1));
    outbox.add(message(2));
    await clock.pass(7_000);
    expect(bodies()).toEqual([]);
    await clock.pass(60_000);
    expect(bodies()).toEqual(['event 1', 'event 2']);
  });

  test('drops what the hub can never take, and goes on', async () => {
    hub.onSend = ({ body }) =>
      body === 'event 1' ? Promise.reject(new EdgeError('MESSAGE_TOO_LARGE', 'too large')) : Promise.resolve();
    outbox.add(message(1));
    outbox.add(message(2));
    await clock.pass(0);
    expect(bodies()).toEqual(['event 2']);
    expect(outbox.stats()).toMatchObject({ dropped: 1, depth: 0 });
  });

  test('drops the oldest that is not under way when it is full, and counts it', async () => {
    let connected = false;
    hub.onSend = () => (connected ? Promise.resolve() : Promise.reject(new EdgeError('NOT_CONNECTED', 'no hub')));
    for (const n of [1, 2, 3, 4, 5]) outbox.add(message(n));
    connected = true;
    await clock.pass(60_000);
    expect(bodies()).toEqual(['event 1', 'event 4', 'event 5']);
    expect(outbox.stats()).toMatchObject({ dropped: 2, depth: 0 });
  });

  test('gives what waits a little time at the end, and says what was left', async () => {
    hub.onSend = ({ body }) => (body === 'event 2' ? new Promise(() => undefined) : Promise.resolve());
    for (const n of [1, 2, 3]) outbox.add(message(n));
    const left = outbox.stop(2_000);
    await clock.pass(2_000);
    expect(await left).toBe(2);
    expect(bodies()).toEqual(['event 1']);
  });

  test('ends at once when nothing waits', async () => {
    expect(await outbox.stop(2_000)).toBe(0);
  });
});
