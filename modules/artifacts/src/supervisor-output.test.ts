import { spawn, spawnSync, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, mkdtemp, readdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

const script = join(import.meta.dirname, 'supervisor.sh');
const where = (tool: string): string =>
  spawnSync('sh', ['-c', `command -v ${tool}`], { encoding: 'utf8' }).stdout.trim();
/** A shell, and what is called `awk` beside it: what an Ubuntu base has, an older one, and a busybox. */
const machines = [
  { shell: ['dash'], awk: where('mawk') },
  { shell: ['bash'], awk: where('gawk') },
  { shell: ['busybox', 'sh'], awk: where('busybox') },
].filter(({ shell, awk }) => where(shell[0] ?? '') !== '' && awk !== '');
const patience = { timeout: 8_000, interval: 20 };

describe.each(machines)("the app's output under $shell with $awk", ({ shell, awk }) => {
  let root: string;
  let supervisor: ChildProcess;
  let output: string;
  beforeEach(async () => {
    root = await mkdtemp(join(tmpdir(), 'supervisor-'));
    const release = join(root, 'releases/r1');
    await mkdir(release, { recursive: true });
    await writeFile(join(release, 'app-config'), 'app.txt\n');
    await symlink('releases/r1', join(root, 'current'));
    await mkdir(join(root, 'bin'));
    await symlink(awk, join(root, 'bin/awk'));
    output = '';
  });
  afterEach(async () => {
    supervisor.kill('SIGTERM');
    if (supervisor.exitCode === null && supervisor.signalCode === null) await once(supervisor, 'close');
    await rm(root, { recursive: true, force: true });
  });

  async function run(app: string): Promise<void> {
    await writeFile(join(root, 'app.sh'), app);
    const [file = '', ...args] = shell;
    supervisor = spawn(file, [...args, script, root, 'sh', join(root, 'app.sh')], {
      stdio: ['ignore', 'pipe', 'pipe'],
      env: { ...process.env, PATH: `${join(root, 'bin')}:${process.env['PATH'] ?? ''}`, SUPERVISOR_STOP_SECONDS: '1' },
    });
    for (const stream of [supervisor.stdout, supervisor.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
    }
  }
  const said = (text: string): Promise<unknown> => vi.waitFor(() => expect(output).toContain(text), patience);
  const ring = (): Promise<string> => readFile(join(root, 'deepstream.log'), 'utf8').catch(() => '');
  const own = (): string[] => output.split('\n').filter((line) => line !== '' && !line.startsWith('supervisor:'));

  test('is without payloads and blank lines; errors come through at once, and without passwords', async () => {
    await run(`
      printf 'begin\\n\\n\\nMessage sent : {\\n  "objects" : [\\n    "1|2"\\n  ]\\n}\\nMessage sent : A\\n\\r\\n'
      echo 'ERROR: rtsp://admin:p@s/s@10.0.0.7/1 gave 401' >&2
      echo '{"not": "a payload"}'
      exec sleep 1000`);
    await said('a payload');
    expect(own()).toEqual(['begin', 'ERROR: rtsp://***@10.0.0.7/1 gave 401', '{"not": "a payload"}']);
    await vi.waitFor(async () => expect(await ring()).toContain('ERROR: rtsp://***@10.0.0.7/1 gave 401\n'), patience);
  });

  test('has no password that begins before the cut of a long line', async () => {
    await run(`printf '%04080d rtsp://admin:secret@10.0.0.7/1 %0999d\n' 0 0; echo after; exec sleep 1000`);
    await said('after');
    expect(own()[0]).toMatch(/^0{4080} rtsp:\/\/\*\*\*/);
    expect(output).not.toContain('admin');
  });

  test('leaves its last lines in a bounded ring, however much it is, with marks of start and end', async () => {
    await run(`
      i=0; while [ $i -lt 4000 ]; do i=$((i + 1)); echo "WARNING $i of a camera that is away, again and again and again"; done
      echo '**PERF:  29.97 (29.88)'; echo '**PERF:  30.00 (29.90)'
      echo 'ERROR: the last words'; exit 3`);
    await said('starting it again in 2 s');
    await vi.waitFor(async () => expect(await ring()).toContain('== end of start 1: exit code 3\n'), patience);
    const lines = (await ring()).trim().split('\n');
    expect(lines[0]).toBe(`== start 1 of release r1: sh on app.txt`);
    expect(lines[lines.indexOf('== end of start 1: exit code 3') - 1]).toBe('ERROR: the last words');
    expect(lines.length).toBeLessThan(500);
    expect(lines.filter((line) => line.includes('PERF')).length).toBeLessThanOrEqual(2);
    expect(own().filter((line) => line.startsWith('WARNING')).length).toBeGreaterThanOrEqual(4_000);
  });

  test('is kept in two pieces of 64 KB', async () => {
    await writeFile(join(root, 'deepstream.log'), `${'x'.repeat(65_500)}\n`);
    await run(`i=0; while [ $i -lt 20 ]; do i=$((i + 1)); echo "a line $i that is new"; done; exec sleep 1000`);
    await vi.waitFor(async () => expect(await ring()).toContain('line 20'), patience);
    expect((await stat(join(root, 'deepstream.log.1'))).size).toBeLessThanOrEqual(65_536);
    expect((await ring()).length).toBeLessThan(1_000);
  });

  test('goes on after its reader was killed, and the app notices nothing', async () => {
    await run(`trap 'echo caught PIPE' PIPE; echo $$ begin; while :; do sleep 0.2; echo still here || exit 9; done`);
    await said('still here');
    const reader = await readerOf(supervisor.pid ?? 0);
    process.kill(reader, 'SIGKILL');
    const before = own().length;
    await vi.waitFor(() => expect(own().length).toBeGreaterThan(before + 3), patience);
    expect(output).not.toContain('caught PIPE');
    expect(output.match(/begin/g)).toHaveLength(1);
  });

  test('does not end with an input at its end: the app’s is open and silent', async () => {
    await run('read -r line; echo "the input ended with $?"; exit 1');
    await said('started sh');
    // Time enough for an input that is at its end.
    await expect(vi.waitFor(() => expect(output).toContain('the input ended'), { timeout: 700 })).rejects.toThrow();
  });

  test('is whole when the supervisor ends, with the app’s exit code, and leaves no pipe behind', async () => {
    await run(
      `trap 'i=0; while [ $i -lt 300 ]; do i=$((i + 1)); echo "goodbye $i"; done; exit 5' INT; echo ready; while :; do sleep 0.1; done`,
    );
    await said('ready');
    supervisor.kill('SIGTERM');
    const [code] = (await once(supervisor, 'close')) as [number];
    expect(code).toBe(5);
    expect(output).toContain('goodbye 300\n');
    expect((await readdir(root)).filter((name) => name.includes('pipe'))).toEqual([]);
  });
});

/** The awk below a process. */
async function readerOf(pid: number): Promise<number> {
  const below = [pid];
  for (let parent = below.shift(); parent !== undefined; parent = below.shift()) {
    const children = await readFile(`/proc/${parent}/task/${parent}/children`, 'utf8').catch(() => '');
    for (const child of children.trim().split(' ').filter(Boolean).map(Number)) {
      const command = await readFile(`/proc/${child}/cmdline`, 'utf8').catch(() => '');
      if (command.includes('awk\0')) return child;
      below.push(child);
    }
  }
  throw new Error('there is no awk');
}
