import { spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';

import type { ModuleSpec } from '@companion/deployment/rules';
import type { AgentClock } from './agent-clock.ts';
import { AgentError } from './agent-error.ts';
import type { AgentEvent } from './agent-event.ts';
import { createAgent } from './agent.ts';
import type { Agent, AgentOptions } from './agent.ts';

let root: string;
beforeEach(() => {
  root = realpathSync(mkdtempSync(join(tmpdir(), 'agent-')));
});
afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

const until = (condition: () => void) => vi.waitFor(condition, { timeout: 10_000, interval: 20 });

/** A module that runs a shell script in place of an image's program. */
function shell(name: string, script: string, parts: Partial<ModuleSpec> = {}): ModuleSpec {
  return {
    name,
    image: `registry/${name}:1`,
    status: 'running',
    restartPolicy: 'always',
    startupOrder: 0,
    env: {},
    desired: {},
    ...parts,
    createOptions: { Entrypoint: ['/bin/sh', '-c', script], ...parts.createOptions },
  };
}

interface Running {
  readonly agent: Agent;
  readonly events: AgentEvent[];
  readonly lines: string[];
  readonly pid: (module: string) => number;
}

function prepare(modules: readonly ModuleSpec[], options: Partial<AgentOptions> = {}): Running {
  const lines: string[] = [];
  const events: AgentEvent[] = [];
  const agent = createAgent({
    deployment: { modules, routes: {}, timeToLiveSecs: 60 },
    root: join(root, 'state'),
    moduleEnvironment: (module) => ({ IOTEDGE_MODULEID: module }),
    standIns: {},
    log: { info: () => undefined, warn: () => undefined },
    backoffUnitMs: 1,
    stopGraceMs: 2_000,
    onOutput: (module, line) => lines.push(`${module}: ${line}`),
    ...options,
  });
  agent.onEvent((event) => events.push(event));
  onTestFinished(() => agent.stop());
  const pid = (name: string) => {
    const found = agent.modules().find((module) => module.name === name)?.pid;
    if (found === undefined) throw new Error(`${name} does not run`);
    return found;
  };
  return { agent, events, lines, pid };
}

/** Whether a process is there; one that ended and waits to be collected by a parent is not. */
function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/\) [ZX] /.test(readFileSync(`/proc/${pid}/stat`, 'utf8'));
  } catch (error) {
    // Without /proc (macOS) the first look has to do.
    return (error as NodeJS.ErrnoException).code === 'ENOENT' && !existsSync('/proc/self');
  }
}

const FOREVER = 'while :; do sleep 0.05; done';

describe('start', () => {
  test('goes by startupOrder, and modules that shall be stopped stay so', async () => {
    const { agent, events } = prepare([
      shell('last', FOREVER, { startupOrder: 9 }),
      shell('off', FOREVER, { status: 'stopped' }),
      shell('first', FOREVER, { startupOrder: 1 }),
    ]);
    await agent.start();
    expect(events.map(({ kind, module }) => `${kind} ${module}`)).toEqual(['started first', 'started last']);
    expect(agent.modules().map(({ name, state }) => [name, state])).toEqual([
      ['off', 'stopped'],
      ['first', 'running'],
      ['last', 'running'],
    ]);
  });

  test('refuses a module with nothing to run before any other is started', async () => {
    const { agent, events } = prepare([shell('one', FOREVER), shell('two', '', { createOptions: { Entrypoint: [] } })]);
    await expect(agent.start()).rejects.toThrow(AgentError);
    await expect(agent.start()).rejects.toMatchObject({ code: 'NOTHING_TO_RUN', module: 'two' });
    expect(events).toEqual([]);
  });

  test('gives each module a clean environment, its own folder and what edgeAgent injects', async () => {
    const { agent, lines } = prepare([shell('one', 'env; pwd', { env: { OWN: 'x' }, restartPolicy: 'never' })], {
      environment: { TZ: 'Europe/Berlin', SECRET: 'of the operator' },
    });
    await agent.start();
    await until(() => expect(agent.modules()[0]?.state).toBe('stopped'));
    const folder = join(root, 'state/containers/one');
    expect(lines).toContain('one: OWN=x');
    expect(lines).toContain('one: IOTEDGE_MODULEID=one');
    expect(lines).toContain('one: TZ=Europe/Berlin');
    expect(lines).toContain(`one: HOME=${folder}`);
    expect(lines).toContain(`one: ${folder}`);
    const names = lines.flatMap((line) => /^one: (\w+)=/.exec(line)?.[1] ?? []);
    // PWD, OLDPWD, SHLVL and _ are the shell's own.
    const shells = new Set(['PWD', 'OLDPWD', 'SHLVL', '_']);
    expect(names.filter((name) => !shells.has(name)).sort()).toEqual([
      'HOME',
      'HOSTNAME',
      'IOTEDGE_MODULEID',
      'OWN',
      'PATH',
      'TZ',
    ]);
  });

  test('puts binds below the root and container paths with them, in commands, folders and variables', async () => {
    const script = 'echo content > /artifacts/file; cat "$DIR/file"; pwd';
    const module = shell('one', script, {
      restartPolicy: 'never',
      env: { DIR: '/artifacts' },
      createOptions: {
        WorkingDir: '/artifacts/sub',
        HostConfig: { Binds: ['/var/deepstream/artifacts/:/artifacts/'] },
      },
    });
    const { agent, lines } = prepare([module]);
    await agent.start();
    await until(() => expect(agent.modules()[0]?.state).toBe('stopped'));
    const host = join(root, 'state/host/var/deepstream/artifacts');
    expect(lines).toEqual(['one: content', `one: ${host}/sub`]);
    expect(readFileSync(join(host, 'file'), 'utf8')).toBe('content\n');
  });

  test('works below a folder whose name a shell would split', async () => {
    const module = shell('one', 'echo content > /data/file && cat /data/file', {
      restartPolicy: 'never',
      createOptions: { HostConfig: { Binds: ['volume:/data'] } },
    });
    const { agent, lines } = prepare([module], { root: join(root, "Jo's own $HOME") });
    await agent.start();
    await until(() => expect(agent.modules()[0]?.state).toBe('stopped'));
    expect(lines).toEqual(['one: content']);
    expect(existsSync(join(root, "Jo's own $HOME", 'volumes/volume/file'))).toBe(true);
  });

  test('finds stand-ins in PATH, from a shell too, and by the absolute path of an image', async () => {
    const standIns = {
      'deepstream-test5-app': [process.execPath, '-e', 'console.log("stand-in", ...process.argv.slice(1))', "it's"],
    };
    const absolute = { Entrypoint: ['/usr/bin/deepstream-test5-app'], Cmd: ['-c', 'a b'] };
    const { agent, lines } = prepare(
      [
        shell('inShell', 'exec deepstream-test5-app -c "a b"', { restartPolicy: 'never' }),
        shell('absolute', '', { restartPolicy: 'never', createOptions: absolute }),
      ],
      { standIns },
    );
    await agent.start();
    await until(() => expect(lines).toHaveLength(2));
    expect(lines.sort()).toEqual(["absolute: stand-in it's -c a b", "inShell: stand-in it's -c a b"]);
  });

  test('runs the code of a module that is in the repository, each with a metrics port of its own', async () => {
    const dir = join(root, 'module');
    mkdirSync(join(dir, 'src'), { recursive: true });
    const main =
      'const port: string = process.env["METRICS_PORT"] ?? ""; console.log(port); setInterval(() => undefined, 1000);';
    writeFileSync(join(dir, 'src/main.ts'), main);
    writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
    const source = { source: { dir, debug: false }, env: { METRICS_PORT: '9600' } };
    const { agent, lines } = prepare([shell('one', '', source), shell('two', '', source)]);
    await agent.start();
    await until(() => expect(lines).toHaveLength(2));
    const urls = agent.modules().map(({ metricsUrl }) => metricsUrl);
    expect(new Set(urls).size).toBe(2);
    for (const line of lines) expect(urls).toContain(`http://127.0.0.1:${line.slice(5)}/metrics`);
  });

  test('opens an inspector on loopback for a debug image', async () => {
    const dir = join(root, 'module');
    mkdirSync(join(dir, 'src'), { recursive: true });
    writeFileSync(join(dir, 'src/main.ts'), 'setInterval(() => undefined, 1000);');
    writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
    const createOptions = { HostConfig: { PortBindings: { '9229/tcp': [{ HostPort: '0' }] } } };
    const { agent, lines } = prepare([shell('one', '', { source: { dir, debug: true }, createOptions })]);
    await agent.start();
    await until(() => expect(lines.join('\n')).toMatch(/Debugger listening on ws:\/\/127\.0\.0\.1:\d+/));
  });

  test('refuses a module whose code is missing', async () => {
    const { agent } = prepare([shell('one', '', { source: { dir: root, debug: false } })]);
    await expect(agent.start()).rejects.toMatchObject({ code: 'SOURCE_MISSING', module: 'one' });
  });
});

describe('output', () => {
  test('comes line by line from both streams, unfinished last lines included, and the last ones are kept', async () => {
    const script = 'printf "a\\r\\nb" ; echo err >&2; printf "\\303"; printf "\\266\\nlast"';
    const { agent, lines } = prepare([shell('one', script, { restartPolicy: 'never' })], { keptLines: 2 });
    await agent.start();
    await until(() => expect(agent.modules()[0]?.state).toBe('stopped'));
    expect(lines.filter((line) => line !== 'one: err')).toEqual(['one: a', 'one: bö', 'one: last']);
    expect(lines).toContain('one: err');
    expect(agent.output('one')).toHaveLength(2);
    expect(() => agent.output('nobody')).toThrow(AgentError);
  });
});

describe('restarts', () => {
  test('a module that was killed comes back after the back-off, as another process', async () => {
    const { agent, events, pid } = prepare([shell('one', FOREVER)]);
    await agent.start();
    const before = pid('one');
    process.kill(before, 'SIGKILL');
    await until(() => expect(pid('one')).not.toBe(before));
    expect(events.map(({ kind }) => kind)).toEqual(['started', 'exited', 'backoff', 'started']);
    expect(events[1]).toMatchObject({ exitCode: null, signal: 'SIGKILL' });
    expect(events[2]).toMatchObject({ delayMs: 1 });
    expect(agent.modules()[0]).toMatchObject({ state: 'running', restarts: 1, exitCode: null });
  });

  test('wait as long as edgeAgent would: 10 s, then 20 s, by a clock that the test moves', async () => {
    const clock = movableClock();
    const { agent, events } = prepare([shell('one', 'exit 3')], { clock, backoffUnitMs: 10_000 });
    await agent.start();
    const state = () => agent.modules()[0];
    await until(() => expect(state()).toMatchObject({ state: 'backoff', exitCode: 3 }));
    clock.move(9_999);
    expect(state()?.state).toBe('backoff');
    clock.move(1);
    await until(() => expect(events.filter(({ kind }) => kind === 'backoff')).toHaveLength(2));
    expect(events.filter((event) => event.kind === 'backoff').map(({ delayMs }) => delayMs)).toEqual([10_000, 20_000]);
  });

  test('end with failed after the twentieth', async () => {
    const clock = movableClock();
    const running = prepare([shell('one', 'exit 1')], { clock, backoffUnitMs: 10_000 });
    running.agent.onEvent((event) => {
      if (event.kind === 'backoff') setImmediate(() => clock.move(event.delayMs));
    });
    await running.agent.start();
    await until(() => expect(running.agent.modules()[0]).toMatchObject({ state: 'failed', restarts: 20 }));
    expect(running.events.filter(({ kind }) => kind === 'started')).toHaveLength(21);
    expect(running.events.at(-1)).toMatchObject({ kind: 'failed' });
  });

  test('do not happen to a module that ended well under on-failure, nor under never', async () => {
    const { agent } = prepare([
      shell('good', 'exit 0', { restartPolicy: 'on-failure' }),
      shell('never', 'exit 1', { restartPolicy: 'never' }),
    ]);
    await agent.start();
    await until(() => expect(agent.modules().map(({ state }) => state)).toEqual(['stopped', 'failed']));
  });

  test('a program that is not there counts as a crash and says why', async () => {
    const { agent, lines } = prepare([
      shell('one', '', { restartPolicy: 'never', createOptions: { Entrypoint: ['no-such-program'] } }),
    ]);
    await agent.start();
    await until(() => expect(agent.modules()[0]).toMatchObject({ state: 'failed', exitCode: 127 }));
    expect(lines.join()).toMatch(/can't be started: .*no-such-program.*ENOENT/);
  });

  test('by hand give a new process at once, however long the back-off is', async () => {
    const { agent, pid } = prepare([shell('one', FOREVER)], { backoffUnitMs: 10_000 });
    await agent.start();
    const before = pid('one');
    await agent.restart('one');
    expect(pid('one')).not.toBe(before);
    expect(isAlive(before)).toBe(false);
    expect(agent.modules()[0]).toMatchObject({ state: 'running', restarts: 0 });
    await expect(agent.restart('nobody')).rejects.toMatchObject({ code: 'MODULE_UNKNOWN' });
  });
});

describe('stop', () => {
  /** A supervisor with an app that ignores SIGTERM, as DeepStream does; both tell their process ids. */
  const supervised = `sh -c 'trap "" TERM; echo app $$; ${FOREVER}' & echo shell $$; wait`;
  const pidsIn = (lines: readonly string[]) => lines.map((line) => Number(line.split(' ').at(-1)));

  test('ends modules in reverse order and leaves no process behind, grandchildren included', async () => {
    const { agent, events, lines } = prepare([
      shell('first', supervised, { startupOrder: 1 }),
      shell('second', supervised, { startupOrder: 2 }),
    ]);
    await agent.start();
    await until(() => expect(lines).toHaveLength(4));
    await agent.stop();
    expect(events.filter(({ kind }) => kind === 'exited').map(({ module }) => module)).toEqual(['second', 'first']);
    expect(pidsIn(lines).filter(isAlive)).toEqual([]);
    expect(agent.modules().map(({ state }) => state)).toEqual(['stopped', 'stopped']);
    await agent.stop();
  });

  test('lets a module that obeys SIGTERM finish, and kills one that does not', async () => {
    const { agent, lines, events } = prepare(
      [
        shell('polite', `trap 'echo bye; exit 0' TERM; echo ready; ${FOREVER}`),
        shell('stubborn', `trap '' TERM; echo ready; ${FOREVER}`),
      ],
      { stopGraceMs: 300 },
    );
    await agent.start();
    await until(() => expect(lines).toHaveLength(2));
    await agent.stop();
    expect(lines).toContain('polite: bye');
    const exits = events.flatMap((event) =>
      event.kind === 'exited' ? [[event.module, event.exitCode, event.signal]] : [],
    );
    expect(exits).toEqual([
      ['stubborn', null, 'SIGKILL'],
      ['polite', 0, null],
    ]);
  });

  test('calls off a restart that was due', async () => {
    const { agent, events } = prepare([shell('one', 'exit 1')], { backoffUnitMs: 60_000 });
    await agent.start();
    await until(() => expect(agent.modules()[0]?.state).toBe('backoff'));
    await agent.stop();
    expect(agent.modules()[0]?.state).toBe('stopped');
    expect(events.filter(({ kind }) => kind === 'started')).toHaveLength(1);
  });

  test('overtakes a start that is still under way: nothing is started after it', async () => {
    const { agent } = prepare(
      ['one', 'two', 'three'].map((name, startupOrder) => shell(name, FOREVER, { startupOrder })),
    );
    const starting = agent.start();
    await agent.stop();
    await starting;
    expect(agent.modules().map(({ state, pid }) => [state, pid])).toEqual(Array(3).fill(['stopped', undefined]));
  });

  test('a crash of the supervisor takes its app along before it is started again', async () => {
    const { agent, lines, pid } = prepare([shell('one', supervised)]);
    await agent.start();
    await until(() => expect(lines).toHaveLength(2));
    const first = pidsIn(lines);
    process.kill(pid('one'), 'SIGKILL');
    await until(() => expect(lines).toHaveLength(4));
    expect(first.filter(isAlive)).toEqual([]);
  });

  test('when the agent itself is killed, a watchdog ends all of it', async () => {
    const script = `
      import { createAgent } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'agent.ts')).href)};
      const agent = createAgent({
        deployment: ${JSON.stringify({ modules: [shell('one', supervised)], routes: {}, timeToLiveSecs: 1 })},
        root: ${JSON.stringify(join(root, 'state'))},
        moduleEnvironment: () => ({}), standIns: {}, log: { info() {}, warn() {} },
        onOutput: (module, line) => console.log(line),
      });
      await agent.start();
    `;
    writeFileSync(join(root, 'agent.mts'), script);
    const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), join(root, 'agent.mts')], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    const lines: string[] = [];
    child.stdout.on('data', (chunk: Buffer) => lines.push(...chunk.toString().trim().split('\n')));
    await until(() => expect(lines).toHaveLength(2));
    expect(pidsIn(lines).filter(isAlive)).toHaveLength(2);
    child.kill('SIGKILL');
    await until(() => expect(pidsIn(lines).filter(isAlive)).toEqual([]));
  });
});

function movableClock(): AgentClock & { move(byMs: number): void } {
  let nowMs = 1_000_000;
  const due = new Map<object, { readonly atMs: number; readonly call: () => void }>();
  return {
    now: () => nowMs,
    after(delayMs, call) {
      const key = {};
      due.set(key, { atMs: nowMs + delayMs, call });
      return () => void due.delete(key);
    },
    move(byMs) {
      nowMs += byMs;
      for (const [key, { atMs, call }] of due) if (atMs <= nowMs && due.delete(key)) call();
    },
  };
}
