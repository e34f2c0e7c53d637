import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog, EdgeError, type OutputMessage } from '@companion/edge';
import { systemClock } from '@companion/foundation/node';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { ManualClock } from '@companion/foundation/testing';
import { HubDouble } from '../testing/hub-double.ts';
import { Outbox } from './outbox.ts';
import { openJournal } from './journal.ts';
import { recall } from './recall.ts';
import { MemoryStorage, openStorage } from './storage.ts';

const message = (n: number): OutputMessage => ({ body: `event ${n}` });
const log = createLog({ module: 'filter', level: 'silent' });
const notConnected = (): Promise<void> => Promise.reject(new EdgeError('NOT_CONNECTED', 'no hub', { retryable: true }));
let hub: HubDouble;
const bodies = () => hub.sent.map(({ body }) => body);

describe('the outbox in memory', () => {
  let clock: ManualClock;
  let outbox: Outbox;
  const add = (n: number): void => {
    outbox.add('event', 'events', message(n));
  };

  beforeEach(() => {
    hub = new HubDouble();
    clock = new ManualClock(0);
    outbox = new Outbox({
      hub,
      storage: new MemoryStorage('a test', { ok: true }),
      capacity: { entries: 3, bytes: 1e6 },
      checkpoint: () => undefined,
      clock,
      random: () => 1,
      log,
    });
    outbox.start();
  });

  test('sends in order, one after another', async () => {
    let acknowledge: () => void = () => undefined;
    hub.onSend = () =>
      new Promise((resolve) => {
        acknowledge = resolve;
      });
    for (const n of [1, 2, 3]) add(n);
    await clock.pass(60_000);
    expect(bodies()).toEqual([]);
    for (const n of [1, 2, 3]) {
      acknowledge();
      await clock.pass(0);
      expect(hub.sent).toHaveLength(n);
    }
    expect(bodies()).toEqual(['event 1', 'event 2', 'event 3']);
    expect(outbox.stats()).toMatchObject({ depth: 0, sent: 3, sentBytes: 21, dropped: { event: 0 } });
  });

  test('tries again until the hub has acknowledged, and lets nothing overtake', async () => {
    let failures = 5;
    hub.onSend = () => (failures-- > 0 ? notConnected() : Promise.resolve());
    add(1);
    add(2);
    await clock.pass(7_000);
    expect(bodies()).toEqual([]);
    await clock.pass(60_000);
    expect(bodies()).toEqual(['event 1', 'event 2']);
  });

  test('sets aside what the hub can never take, and goes on', async () => {
    hub.onSend = ({ body }) =>
      body === 'event 1' ? Promise.reject(new EdgeError('MESSAGE_TOO_LARGE', 'too large')) : Promise.resolve();
    add(1);
    add(2);
    await clock.pass(0);
    expect(bodies()).toEqual(['event 2']);
    expect(outbox.stats()).toMatchObject({ setAside: { event: 1 }, dropped: { event: 0 }, depth: 0 });
    expect(outbox.stats().lastSetAside).toEqual({ atMs: 0, output: 'events', reason: 'too large' });
  });

  test('drops the oldest when it is full, also one that is tried again and again, and counts it', async () => {
    let connected = false;
    hub.onSend = () => (connected ? Promise.resolve() : notConnected());
    for (const n of [1, 2, 3, 4, 5]) add(n);
    connected = true;
    await clock.pass(60_000);
    expect(bodies()).toEqual(['event 3', 'event 4', 'event 5']);
    expect(outbox.stats()).toMatchObject({ dropped: { event: 2, snapshot: 0 }, depth: 0 });
  });

  test('never sends again, and counts as sent, what was displaced on its way and arrived', async () => {
    let acknowledge: () => void = () => undefined;
    hub.onSend = ({ body }) =>
      body === 'event 1'
        ? new Promise((resolve) => {
            acknowledge = resolve;
          })
        : Promise.resolve();
    for (const n of [1, 2, 3, 4]) add(n);
    expect(outbox.stats()).toMatchObject({ depth: 3, dropped: { event: 0 } });
    acknowledge();
    await clock.pass(60_000);
    expect(bodies()).toEqual(['event 1', 'event 2', 'event 3', 'event 4']);
    expect(outbox.stats()).toMatchObject({ depth: 0, sent: 4, dropped: { event: 0 } });
  });

  test('drops what was displaced on its way and did not arrive', async () => {
    let fail: () => void = () => undefined;
    hub.onSend = ({ body }) =>
      body === 'event 1'
        ? new Promise((_, reject) => {
            fail = () => reject(new EdgeError('CONNECTION_LOST', 'cut', { retryable: true }));
          })
        : Promise.resolve();
    for (const n of [1, 2, 3, 4]) add(n);
    fail();
    await clock.pass(60_000);
    expect(bodies()).toEqual(['event 2', 'event 3', 'event 4']);
    expect(outbox.stats()).toMatchObject({ depth: 0, dropped: { event: 1 } });
  });

  test('gives what waits a little time at the end, and says what was left', async () => {
    hub.onSend = ({ body }) => (body === 'event 2' ? new Promise(() => undefined) : Promise.resolve());
    for (const n of [1, 2, 3]) add(n);
    const left = outbox.stop(2_000);
    await clock.pass(2_000);
    expect(await left).toBe(2);
    expect(bodies()).toEqual(['event 1']);
  });

  test('ends at once when nothing waits', async () => {
    expect(await outbox.stop(2_000)).toBe(0);
  });
});

describe('the outbox on the disk', () => {
  let root: string;
  let state: number;
  const running: Outbox[] = [];

  beforeEach(() => {
    root = mkdtempSync(join(tmpdir(), 'outbox-'));
    hub = new HubDouble();
    state = 0;
  });
  afterEach(async () => {
    for (const outbox of running.splice(0)) await outbox.stop(0);
    rmSync(root, { recursive: true, force: true });
  });

  /** As a process would at its start; the one before is left as a kill leaves it. */
  async function start(through: HubDouble = hub) {
    const storage = await openStorage({ root, clock: systemClock, log });
    const { remembered } = storage;
    const outbox = new Outbox({
      hub: through,
      storage,
      capacity: { entries: 100, bytes: 1e6 },
      checkpoint: () => state,
      clock: systemClock,
      random: () => 0,
      log,
    });
    outbox.start();
    running.push(outbox);
    return { outbox, remembered };
  }
  /** Reads what a kill at this moment would leave, and touches nothing. */
  const onDisk = async () => recall((await openJournal(join(root, 'outbox'))).segments);

  test('sends nothing before it is written, together with its checkpoint', async () => {
    const { outbox } = await start();
    const found: unknown[] = [];
    hub.onSend = async () => {
      found.push(await onDisk());
    };
    state = 7;
    outbox.add('event', 'events', message(1));
    await vi.waitUntil(() => hub.sent.length === 1);
    expect(found).toMatchObject([{ entries: [{ message: { body: 'event 1' } }], checkpoint: 7 }]);
  });

  test('sends after a kill what was not acknowledged, in order, and then forgets it', async () => {
    const away = new HubDouble();
    away.onSend = notConnected;
    const first = await start(away);
    for (const n of [1, 2, 3]) first.outbox.add('event', 'events', message(n));
    await vi.waitUntil(async () => (await onDisk()).entries.length === 3);
    const { outbox } = await start();
    outbox.add('event', 'events', message(4));
    await vi.waitUntil(() => hub.sent.length === 4);
    expect(bodies()).toEqual(['event 1', 'event 2', 'event 3', 'event 4']);
    expect(await outbox.stop(1_000)).toBe(0);
    expect((await onDisk()).entries).toEqual([]);
  });

  test('keeps the newest checkpoint, also without events', async () => {
    const { outbox } = await start();
    state = 1;
    outbox.saveCheckpoint();
    await vi.waitUntil(async () => (await onDisk()).checkpoint === 1);
    state = 2;
    await outbox.stop(0);
    expect((await onDisk()).checkpoint).toBe(2);
  });
});
