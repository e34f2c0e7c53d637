import { execFileSync } from 'node:child_process';
import { constants, mkdirSync, mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createLog } from '@companion/edge';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { Configuration } from './configuration.ts';
import { nothingDesired } from './desired-state.ts';

const zone = { kind: 'spot', sensor: 'Yard', polygon: [0, 100, 100, 100, 100, 160, 0, 160] };
const log = createLog({ module: 'filter', level: 'silent' });

let root: string;
let configuration: Configuration;
/** What was in force after each change: the twin's version and the zones. */
let story: string[];

beforeEach(() => {
  root = mkdtempSync(join(tmpdir(), 'filter-configuration-'));
  mkdirSync(join(root, 'current'));
  story = [];
  const onChange = (): void => {
    const { version, config } = configuration.settings;
    story.push([version, ...config.zones.map(({ name }) => name)].join(' '));
  };
  configuration = new Configuration({ initial: nothingDesired, root, log, onChange });
});
afterEach(() => rmSync(root, { recursive: true, force: true }));

const file = (name: string): string => join(root, 'current', name);
const zonesOf = (...names: string[]): string =>
  JSON.stringify({ zones: Object.fromEntries(names.map((name) => [name, zone])) });
const take = (version: number, zonesFile?: string): Promise<void> =>
  configuration.take({ version, properties: zonesFile === undefined ? { zones: {} } : { zonesFile } });

/** Replaces the file by a pipe, reading of which ends only when the pipe that is returned was written and closed. */
async function readingStuckIn(name: string): Promise<{ readonly reading: Promise<void>; readonly pipe: FileHandle }> {
  execFileSync('mkfifo', [file('pipe')]);
  renameSync(file('pipe'), file(name));
  const reading = configuration.readAgain();
  // It can't be opened (ENXIO) before somebody reads.
  const pipe = await vi.waitUntil(() =>
    open(file(name), constants.O_WRONLY | constants.O_NONBLOCK).catch(() => undefined),
  );
  return { reading, pipe };
}

describe('the zones file', () => {
  beforeEach(async () => {
    writeFileSync(file('old.json'), zonesOf('A1'));
    writeFileSync(file('new.json'), zonesOf('B1'));
    await take(1, 'old.json');
  });

  test.each([
    ['names another', 'new.json', '2 B1'],
    ['names none', undefined, '2'],
  ])('of the twin before never comes under one that %s while it is read', async (_, zonesFile, expected) => {
    const { reading, pipe } = await readingStuckIn('old.json');
    const taken = take(2, zonesFile);
    await pipe.writeFile(zonesOf('A1', 'A2'));
    await pipe.close();
    await Promise.all([taken, reading]);
    expect(story).toEqual(['1 A1', expected]);
    await configuration.readAgain();
    expect(story).toEqual(['1 A1', expected]);
    expect(configuration.mistakes).toEqual([]);
  });

  test('is read again after a mistake in it, and is forgotten where the twin names another', async () => {
    writeFileSync(file('wrong.json'), '{');
    await take(2, 'wrong.json');
    expect(configuration.mistakes).toMatchObject([{ at: { path: ['zonesFile'] } }]);
    writeFileSync(file('wrong.json'), zonesOf('C1'));
    await configuration.readAgain();
    writeFileSync(file('wrong.json'), '{ ');
    await configuration.readAgain();
    await take(3, 'new.json');
    expect(story).toEqual(['1 A1', '2 A1', '2 C1', '2 C1', '3 B1']);
    expect(configuration.mistakes).toEqual([]);
  });

  test.each([
    ['is not there', 'none.json', /^must name a file of the release, but "none\.json" is not there$/],
    ['lies below what is a file', 'old.json/zones.json', /"old\.json\/zones\.json" is not there$/],
    ['is a directory', 'folder', /^must name a file of the release, but "folder" is a directory$/],
    ['is cut', 'cut.json', /^must be JSON, but cut\.json:1:11 is not: the text ends where a value should come$/],
  ])('that %s leaves the zones, and the twin says which file and what is wrong', async (_, zonesFile, problem) => {
    mkdirSync(file('folder'));
    writeFileSync(file('cut.json'), '{"zones": ');
    await take(2, zonesFile);
    expect(story.at(-1)).toBe('2 A1');
    expect(configuration.mistakes).toMatchObject([
      { at: { path: ['zonesFile'] }, message: expect.stringMatching(problem) as string },
    ]);
  });

  test('that is missing is no problem of a twin that names none', async () => {
    await take(2);
    await take(3, 'missing.json');
    expect(configuration.mistakes).toMatchObject([{ at: { path: ['zonesFile'] } }]);
    await take(4);
    expect(configuration.mistakes).toEqual([]);
  });
});
