import {
  appendFileSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { createLog } from '@companion/edge';
import type { JsonObject } from '@companion/foundation';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { ManualClock } from '@companion/foundation/testing';
import type { Entry, Step } from './entry.ts';
import { asSteps, openStorage, type Storage } from './storage.ts';

let root: string;
let logged: JsonObject[];
const clock = new ManualClock(0);
const opened: Storage[] = [];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'storage-'));
  logged = [];
});
afterEach(async () => {
  for (const storage of opened.splice(0)) await storage.close();
  rmSync(root, { recursive: true, force: true });
});

async function open(): Promise<Storage> {
  const write = (line: string): void => void logged.push(JSON.parse(line) as JsonObject);
  const log = createLog({ module: 'filter', level: 'info', destination: { write } });
  const storage = await openStorage({ root, clock, log });
  opened.push(storage);
  return storage;
}
const entry = (seq: number): Entry => ({ seq, kind: 'event', output: 'events', message: { body: `event ${seq}` } });
const put = (seq: number, checkpoint: number): Step => ({ version: 1, put: [entry(seq)], gone: [], checkpoint });
const nothing = (): readonly Step[] => [];
const segment = (): string => {
  const names = readdirSync(join(root, 'outbox')).filter((name) => name.endsWith('.journal'));
  return join(root, 'outbox', names[0] ?? '');
};

describe('the storage', () => {
  test('remembers what was put and not gone, and the last checkpoint', async () => {
    const storage = await open();
    for (const seq of [1, 2, 3]) expect(await storage.write(put(seq, seq), nothing, 0)).toBe(true);
    await storage.write({ version: 1, gone: [2] }, nothing, 0);
    expect((await open()).remembered).toMatchObject({ entries: [entry(1), entry(3)], checkpoint: 3 });
  });

  test.each([1, 5, 9, 40])(
    'cuts a tail that was torn %i bytes before its end, entries and checkpoint alike',
    async (cut) => {
      const storage = await open();
      await storage.write(put(1, 1), nothing, 0);
      await storage.write(put(2, 2), nothing, 0);
      truncateSync(segment(), readFileSync(segment()).byteLength - cut);
      expect((await open()).remembered).toMatchObject({ entries: [entry(1)], checkpoint: 1 });
      expect(logged).toMatchObject([{ msg: 'the journal had a torn end, which is cut' }]);
      expect((await open()).remembered.entries).toEqual([entry(1)]);
      expect(logged).toHaveLength(1);
    },
  );

  test('goes on behind rubbish at the end', async () => {
    await (await open()).write(put(1, 1), nothing, 0);
    appendFileSync(segment(), Buffer.from([9, 9, 9]));
    await (await open()).write(put(2, 2), nothing, 0);
    expect((await open()).remembered.entries).toEqual([entry(1), entry(2)]);
  });

  test('sweeps a segment that a crash left half written, and reads an old one that was not deleted', async () => {
    await (await open()).write(put(1, 1), nothing, 0);
    const kept = readFileSync(segment());
    const oldName = segment();
    await (await open()).write({ version: 1, put: [entry(2)], gone: [1], checkpoint: 2 }, nothing, 0);
    await writeFile(oldName, kept);
    await writeFile(join(root, 'outbox', '.next.tmp'), 'half');
    expect((await open()).remembered).toMatchObject({ entries: [entry(2)], checkpoint: 2 });
    expect(readdirSync(join(root, 'outbox'))).toHaveLength(1);
  });

  test('reads what stands behind damage, says how much is lost, and keeps the damaged segment aside', async () => {
    const storage = await open();
    for (const seq of [1, 2, 3]) await storage.write(put(seq, seq), nothing, 0);
    const bytes = readFileSync(segment());
    bytes.writeUInt8(bytes.readUInt8(bytes.indexOf('event 2')) ^ 4, bytes.indexOf('event 2'));
    writeFileSync(segment(), bytes);
    const name = basename(segment());
    const again = await open();
    expect(again).toMatchObject({ lostRecords: 1, remembered: { entries: [entry(1), entry(3)], checkpoint: 3 } });
    expect(logged).toMatchObject([{ level: 'error', lostRecords: 1 }]);
    expect(readFileSync(join(root, 'outbox', name.replace('journal', 'damaged')))).toEqual(bytes);
    expect(await open()).toMatchObject({ lostRecords: 0, remembered: { entries: [entry(1), entry(3)] } });
  });

  test('keeps few damaged segments, the newest', async () => {
    for (let n = 1; n <= 6; n++) {
      const storage = await open();
      await storage.write(put(n, n), nothing, 0);
      const file = segment();
      const bytes = readFileSync(file);
      bytes.writeUInt8(0xff, bytes.byteLength - 2);
      writeFileSync(file, bytes);
    }
    await open();
    const kept = readdirSync(join(root, 'outbox')).filter((name) => name.endsWith('.damaged'));
    expect(kept).toHaveLength(3);
    expect(kept.sort().at(-1)).toBe('00000006.damaged');
  });

  test('loses no event where two segments have changed places', async () => {
    await (await open()).write(put(1, 1), nothing, 0);
    const [oldName, old] = [segment(), readFileSync(segment())];
    const storage = await open();
    await storage.write({ version: 1, gone: [1] }, nothing, 0);
    await storage.write(put(2, 2), nothing, 0);
    const newer = segment();
    writeFileSync(oldName, readFileSync(newer));
    writeFileSync(newer, old);
    const { entries } = (await open()).remembered;
    expect(entries).toEqual(expect.arrayContaining([entry(2)]));
  });

  test('never uses a sequence number again, also where nothing waits', async () => {
    const storage = await open();
    await storage.write(put(7, 1), nothing, 0);
    await storage.write({ version: 1, gone: [7] }, nothing, 0);
    await open();
    expect((await open()).remembered).toMatchObject({ entries: [], lastSeq: 7 });
  });

  test('writes a large outbox in steps of a moderate size', () => {
    const message = { body: 'x'.repeat(200_000) };
    const many = Array.from({ length: 100 }, (_, n) => ({ ...entry(n + 1), message }));
    const steps = asSteps(many, { checkpoint: 1, lastSeq: 100 });
    expect(steps.flatMap(({ put = [] }) => put)).toEqual(many);
    for (const step of steps) expect(JSON.stringify(step).length).toBeLessThan(1.1 * 1024 * 1024);
  });

  test('stays small however much has gone through it', async () => {
    const storage = await open();
    const checkpoint = 'x'.repeat(100_000);
    let largest = 0;
    for (let seq = 1; seq <= 200; seq++) {
      const step: Step = { version: 1, put: [entry(seq)], gone: [seq - 1], checkpoint };
      await storage.write(step, () => [{ version: 1, put: [entry(seq)], checkpoint }], 1_000);
      largest = Math.max(largest, readFileSync(segment()).byteLength);
    }
    expect(largest).toBeLessThan(5_000_000);
    expect((await open()).remembered.entries).toEqual([entry(200)]);
  });

  test('keeps in memory without a folder, warns, and does not make one', async () => {
    rmSync(root, { recursive: true });
    const storage = await open();
    expect(storage.durable).toBe(false);
    expect(await storage.write(put(1, 1), nothing, 0)).toBe(false);
    expect(storage.health()).toEqual({ ok: true, detail: `in memory: there is no folder ${root}` });
    expect(logged).toMatchObject([{ level: 'warn' }]);
    expect(() => readdirSync(root)).toThrow();
  });

  test('says that it is not well where the folder can’t be used', async () => {
    await writeFile(join(root, 'outbox'), 'a file in its place');
    const storage = await open();
    expect(storage.durable).toBe(false);
    expect(storage.health()).toMatchObject({ ok: false, detail: expect.stringContaining('ENOTDIR') as string });
  });

  test('goes on while the disk can’t be written, says so once, and writes everything when it can again', async () => {
    const storage = await open();
    await storage.write(put(1, 1), nothing, 0);
    // The segment is full, and a new one can't be made: as on a full disk.
    const hidden = `${root}-hidden`;
    const everything = (): readonly Step[] => [{ version: 1, put: [entry(1), entry(2), entry(3)], checkpoint: 3 }];
    renameSync(join(root, 'outbox'), hidden);
    expect(await storage.write({ ...put(2, 2), put: [entry(2)] }, everything, -1e9)).toBe(false);
    expect(await storage.write(put(3, 3), everything, 0)).toBe(false);
    expect(storage).toMatchObject({ durable: false });
    expect(storage.health().ok).toBe(false);
    expect(logged.filter(({ level }) => level === 'error')).toHaveLength(1);
    await mkdir(join(root, 'outbox'));
    await rm(hidden, { recursive: true });
    await clock.pass(10_000);
    expect(await storage.write(put(3, 3), everything, 0)).toBe(true);
    expect(storage.health().ok).toBe(true);
    expect((await open()).remembered).toMatchObject({ entries: [entry(1), entry(2), entry(3)], checkpoint: 3 });
  });
});
