import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, inject, test } from 'vitest';

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

describe('a simulator that can not start, or whose story goes wrong', () => {
  let folder: string;
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), 'start-'));
  });
  afterEach(() => rm(folder, { recursive: true, force: true }));

  async function start(...args: string[]): Promise<Ended> {
    const root = args.includes('--root') ? [] : ['--root', join(folder, 'root')];
    const child = spawn(process.execPath, [inject('programs').simulator, '--once', ...root, ...args], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (data: Buffer) => (stdout += data.toString()));
    child.stderr.on('data', (data: Buffer) => (stderr += data.toString()));
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, stdout, stderr: stderr.trim() };
  }

  /** The project's template with one thing changed. */
  async function template(change: (text: string) => string): Promise<string> {
    const text = await readFile('deployment.template.json', 'utf8');
    const changed = change(text);
    expect(changed).not.toBe(text);
    const file = join(folder, 'deployment.template.json');
    await writeFile(file, changed);
    return file;
  }

  function expectOneLine({ code, stderr }: Ended, ...parts: readonly string[]): void {
    expect(stderr.split('\n'), stderr).toHaveLength(1);
    for (const part of parts) expect(stderr).toContain(part);
    expect(code).toBe(1);
  }

  test('says that there is no template', async () => {
    expectOneLine(await start('--template', join(folder, 'none.json')), 'none.json', 'no such file');
  });

  test('says where a template is no JSON', async () => {
    const file = join(folder, 'broken.json');
    await writeFile(file, '{\n  "modulesContent": {,\n}\n');
    expectOneLine(await start('--template', file), 'broken.json:2:');
  });

  test('names the route whose endpoint is no module, and starts nothing', async () => {
    const file = await template((text) => text.replace('/modules/filter/inputs/', '/modules/filtre/inputs/'));
    const { code, stderr } = await start('--template', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/route/i);
    expect(stderr).toContain('filtre');
    expect(await readdir(join(folder, 'root')).catch(() => [])).not.toContain('host');
  });

  test('names the route whose source is no module', async () => {
    const file = await template((text) =>
      text.replace('/modules/NVIDIADeepStreamSDK/outputs/', '/modules/Deepstream/outputs/'),
    );
    expectOneLine(await start('--template', file), 'route ', 'no module Deepstream', 'NVIDIADeepStreamSDK');
  });

  test('names the route that has a condition, until there are conditions', async () => {
    const file = await template((text) =>
      text.replace(' INTO $upstream', " WHERE type = 'parking.parked' INTO $upstream"),
    );
    const { code, stderr } = await start('--template', file);
    expect(code).toBe(1);
    expect(stderr).toMatch(/route/i);
    expect(stderr).toContain('WHERE');
  });

  test('says which port is in use', async () => {
    const taken = createServer().listen(0, '127.0.0.1');
    await once(taken, 'listening');
    const { port } = taken.address() as AddressInfo;
    try {
      expectOneLine(await start('--hub-port', String(port)), String(port), 'in use');
      expectOneLine(await start('--api-port', String(port)), String(port), 'in use');
    } finally {
      taken.close();
    }
  });

  test('says that it can not write where it should', async () => {
    await writeFile(join(folder, 'file'), '');
    expectOneLine(await start('--root', join(folder, 'file', 'root')), join(folder, 'file', 'root'), '--root');
  });

  test('says that there is nothing to replay', async () => {
    expectOneLine(await start('--replay', join(folder, 'none.jsonl')), 'none.jsonl');
    await writeFile(join(folder, 'blank.jsonl'), '\n\n');
    expectOneLine(await start('--replay', join(folder, 'blank.jsonl')), 'blank.jsonl', 'no message');
    await writeFile(join(folder, 'large.jsonl'), `{}\n{"a":"${'x'.repeat(400_000)}"}\n`);
    expectOneLine(await start('--replay', join(folder, 'large.jsonl')), 'large.jsonl:2:', '262144');
  });

  test('says that another simulator runs on the same root, and takes over the root of one that was killed', async () => {
    const root = join(folder, 'root');
    await mkdir(root);
    await writeFile(join(root, 'simulator.pid'), String(process.pid));
    expectOneLine(await start(), String(process.pid), root, '--root');
    const ended = spawn(process.execPath, ['--version'], { stdio: 'ignore' });
    await once(ended, 'close');
    await writeFile(join(root, 'simulator.pid'), String(ended.pid));
    expectOneLine(await start('--without', 'nobody'), 'nobody');
  });

  test('ends the story with 1 and says what is missing when no event comes out', { timeout: 60_000 }, async () => {
    const file = await template((text) => text.replace('outputs/detections INTO', 'outputs/nothing INTO'));
    const { code, stdout } = await start('--template', file, '--patience', '12');
    expect(stdout).toContain('Missing: parking.parked (was empty) reaches IoT Hub through the routes; parking.empty');
    expect(code).toBe(1);
  });

  test('exits with 2 for a command line that it does not understand', async () => {
    const { code, stderr } = await start('--seed', 'many');
    expect({ code, lines: stderr.split('\n').length }).toEqual({ code: 2, lines: 1 });
    expect((await start('--twice')).code).toBe(2);
  });
});
