import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';

import type { ModuleSpec } from '@companion/deployment';
import { AgentError } from '../engine/agent-error.ts';
import type { AgentEvent } from '../agent-event.ts';
import { ManualClock } from '@companion/foundation/testing';
import { Agent, type AgentOptions } from '../agent.ts';
import type { Engine } from '../engine/engine.ts';
import { countMarkedShells } from './marked-shells.ts';

/** One kind of engine, as the contract needs it. */
export interface EngineUnderTest {
  /** A new engine on a root of its own. Modules are told `IOTEDGE_MODULEID`. */
  create(root: string): Promise<Engine>;
  /** TypeScript that imports what it needs and ends with `const engine = …` for the same. */
  source(root: string): string;
  /** A module's image, and what its createOptions need beside the script. */
  readonly image: string;
  /** What ends a module from outside, at once. */
  kill(agent: Agent, module: string): Promise<void>;
  /** How an agent sees that. */
  readonly killed: { readonly exitCode: number | null; readonly signal: string | null };
  /** What an agent may write in place of a program that is not there. */
  readonly missingProgram: RegExp;
}

const until = (condition: () => unknown) => vi.waitFor(condition, { timeout: 15_000, interval: 20 });

/** As PID 1 of a container a shell is not ended by a signal that it does not trap. */
const forever = "trap 'exit 0' TERM; while :; do sleep 0.05; done";

/** What every engine keeps, told as tests with real shells. */
export function describeAgentOn(title: string, under: EngineUnderTest): void {
  describe(title, { timeout: 60_000 }, () => {
    let root: string;
    beforeEach(() => {
      root = realpathSync(mkdtempSync(join(tmpdir(), 'agent-')));
    });
    afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));
    /** Stands in every script of this run, so that its processes are found wherever they run. */
    const marker = `marker-${process.pid}-${Math.random().toString(36).slice(2)}`;

    function shell(name: string, script: string, parts: Partial<ModuleSpec> = {}): ModuleSpec {
      return {
        name: `${name}-${marker.slice(-6)}`,
        image: under.image,
        status: 'running',
        restartPolicy: 'always',
        startupOrder: 0,
        env: {},
        desired: {},
        ...parts,
        createOptions: { Entrypoint: ['/bin/sh', '-c', `: ${marker}; ${script}`], ...parts.createOptions },
      };
    }
    async function prepare(modules: readonly ModuleSpec[], options: Partial<AgentOptions> = {}) {
      const lines: string[] = [];
      const events: AgentEvent[] = [];
      const plain = (name: string) => name.slice(0, name.lastIndexOf('-'));
      const agent = new Agent({
        deployment: { modules },
        engine: await under.create(root),
        log: { info: () => undefined, warn: () => undefined },
        backoffUnitMs: 1,
        stopGraceMs: 2_000,
        ...options,
      });
      agent.lines.subscribe(({ module, line }) => lines.push(`${plain(module)}: ${line}`));
      agent.events.subscribe((event) => {
        if (event.kind !== 'note') events.push({ ...event, module: plain(event.module) });
      });
      onTestFinished(() => agent.stop(), 60_000);
      const states = () => agent.modules().map(({ name, state }) => [plain(name), state]);
      return { agent, events, lines, states, info: () => agent.modules()[0] };
    }
    const alive = () => countMarkedShells(marker);

    describe('start', () => {
      test('goes by startupOrder, and modules that shall be stopped stay so', async () => {
        const { agent, events, states } = await prepare([
          shell('last', forever, { startupOrder: 9 }),
          shell('off', forever, { status: 'stopped' }),
          shell('first', forever, { startupOrder: 1 }),
        ]);
        await agent.start();
        expect(events.map(({ kind, module }) => `${kind} ${module}`)).toEqual(['started first', 'started last']);
        expect(states()).toEqual([
          ['off', 'stopped'],
          ['first', 'running'],
          ['last', 'running'],
        ]);
      });

      test('gives each module its variables and what edgeAgent injects, and nothing of the operator’s', async () => {
        vi.stubEnv('SECRET_OF_THE_OPERATOR', 'x');
        onTestFinished(() => void vi.unstubAllEnvs());
        const module = shell('one', 'env', { env: { OWN: 'x' }, restartPolicy: 'never' });
        const { agent, lines, info } = await prepare([module]);
        await agent.start();
        await until(() => expect(info()?.state).toBe('stopped'));
        expect(lines).toContain('one: OWN=x');
        expect(lines).toContain(`one: IOTEDGE_MODULEID=${module.name}`);
        expect(lines.join()).not.toContain('SECRET_OF_THE_OPERATOR');
      });

      test('puts binds below the root, and modules find them where the deployment says', async () => {
        const module = shell('one', 'echo content > /artifacts/file; cat "$DIR/file"; cd /artifacts && pwd', {
          env: { DIR: '/artifacts' },
          createOptions: {
            // The folder is the operator's.
            User: '0:0',
            WorkingDir: '/artifacts/sub',
            HostConfig: { Binds: ['/var/deepstream/artifacts:/artifacts'] },
          },
        });
        const engine = await under.create(root);
        const { agent, lines, info } = await prepare([{ ...module, restartPolicy: 'never' }], { engine });
        await agent.start();
        await until(() => expect(info()?.state).toBe('stopped'));
        expect(lines[0]).toBe('one: content');
        const host = join(root, 'state/host/var/deepstream/artifacts');
        expect(await engine.volumePath('/var/deepstream/artifacts')).toBe(host);
        expect(readFileSync(join(host, 'file'), 'utf8')).toBe('content\n');
      });

      test('shares a named volume between modules, and reads its files as the modules see them', async () => {
        const createOptions = { HostConfig: { Binds: ['shared:/data'] } };
        const writer = shell('writer', `mkdir -p /data/d && echo hello > /data/d/f; ${forever}`, {
          createOptions: { ...createOptions, User: '0:0' },
        });
        const reader = shell('reader', 'until [ -s /data/d/f ]; do sleep 0.05; done; cat /data/d/f', {
          createOptions,
          startupOrder: 1,
          restartPolicy: 'never',
        });
        const engine = await under.create(root);
        const { agent, lines } = await prepare([writer, reader], { engine });
        await agent.start();
        await until(() => expect(lines).toEqual(['reader: hello']));
        expect(String(await engine.readFile(writer, '/data/d/f'))).toBe('hello\n');
        await expect(engine.readFile(writer, '/data/none')).rejects.toThrow();
      });
    });

    test('output comes line by line from both streams, unfinished last lines included, and the last ones are kept', async () => {
      const script = 'printf "a\\r\\nb" ; echo err >&2; printf "\\303"; printf "\\266\\nlast"';
      const { agent, lines, info } = await prepare([shell('one', script, { restartPolicy: 'never' })], {
        keptLines: 2,
      });
      await agent.start();
      await until(() => expect(info()?.state).toBe('stopped'));
      expect(lines.filter((line) => line !== 'one: err')).toEqual(['one: a', 'one: bö', 'one: last']);
      expect(lines).toContain('one: err');
      expect(agent.output(info()?.name ?? '')).toHaveLength(2);
      expect(() => agent.output('nobody')).toThrow(AgentError);
    });

    describe('restarts', () => {
      test('a module that was killed comes back after the back-off', async () => {
        const { agent, events, info } = await prepare([shell('one', forever)]);
        await agent.start();
        const before = info();
        await under.kill(agent, before?.name ?? '');
        const kinds = () => events.map(({ kind }) => kind);
        await until(() => expect(kinds()).toEqual(['started', 'exited', 'backoff', 'started']));
        expect(info()?.state).toBe('running');
        expect(info()?.pid).not.toBe(before?.pid);
        expect(events[1]).toMatchObject(under.killed);
        expect(events[2]).toMatchObject({ delayMs: 1 });
      });

      test('wait as long as edgeAgent would: 10 s, then 20 s, by a clock that the test moves', async () => {
        const clock = new ManualClock();
        const { agent, events, info } = await prepare([shell('one', 'exit 3')], { clock, backoffUnitMs: 10_000 });
        await agent.start();
        await until(() => expect(info()).toMatchObject({ state: 'backoff', exitCode: 3 }));
        clock.advance(9_999);
        expect(info()?.state).toBe('backoff');
        clock.advance(1);
        const delays = () => events.flatMap((event) => (event.kind === 'backoff' ? [event.delayMs] : []));
        await until(() => expect(delays()).toEqual([10_000, 20_000]));
      });

      test('do not happen to a module that ended well under on-failure, nor under never', async () => {
        const { agent, states } = await prepare([
          shell('good', 'exit 0', { restartPolicy: 'on-failure' }),
          shell('never', 'exit 1', { restartPolicy: 'never' }),
        ]);
        await agent.start();
        await until(() =>
          expect(states()).toEqual([
            ['good', 'stopped'],
            ['never', 'failed'],
          ]),
        );
      });

      test('a program that is not there counts as a crash and says why', async () => {
        const createOptions = { Entrypoint: ['no-such-program'] };
        const { agent, lines, info } = await prepare([shell('one', '', { restartPolicy: 'never', createOptions })]);
        await agent.start();
        await until(() => expect(info()).toMatchObject({ state: 'failed', exitCode: 127 }));
        expect(lines.join()).toMatch(under.missingProgram);
      });

      test('by hand give a new run at once, however long the back-off is', async () => {
        const { agent, events, info } = await prepare([shell('one', forever)], { backoffUnitMs: 60_000 });
        await agent.start();
        await agent.restart(info()?.name ?? '');
        expect(events.map(({ kind }) => kind)).toEqual(['started', 'exited', 'started']);
        expect(info()).toMatchObject({ state: 'running', restarts: 0 });
        expect(alive()).toBe(1);
        await expect(agent.restart('nobody')).rejects.toMatchObject({ code: 'MODULE_UNKNOWN' });
      });
    });

    describe('stop', () => {
      /** A supervisor with an app that ignores SIGTERM, as DeepStream does. */
      const supervised = `sh -c ': ${marker}; trap "" TERM; echo app; while :; do sleep 0.05; done' & echo shell; trap 'exit 0' TERM; wait`;

      test('ends modules in reverse order and leaves no process behind, grandchildren included', async () => {
        const { agent, events, lines, states } = await prepare([
          shell('first', supervised, { startupOrder: 1 }),
          shell('second', supervised, { startupOrder: 2 }),
        ]);
        await agent.start();
        await until(() => expect(lines).toHaveLength(4));
        await until(() => expect(alive()).toBe(4));
        await agent.stop();
        expect(events.filter(({ kind }) => kind === 'exited').map(({ module }) => module)).toEqual(['second', 'first']);
        expect(alive()).toBe(0);
        expect(states().map(([, state]) => state)).toEqual(['stopped', 'stopped']);
        await agent.stop();
      });

      test('lets a module that obeys SIGTERM finish, and kills one that does not', async () => {
        const { agent, lines, events } = await prepare(
          [
            shell('polite', "trap 'echo bye; exit 0' TERM; echo ready; while :; do sleep 0.05; done"),
            shell('stubborn', "trap '' TERM; echo ready; while :; do sleep 0.05; done"),
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
          ['stubborn', under.killed.exitCode, under.killed.signal],
          ['polite', 0, null],
        ]);
      });

      test('calls off a restart that was due', async () => {
        const { agent, events, info } = await prepare([shell('one', 'exit 1')], { backoffUnitMs: 60_000 });
        await agent.start();
        await until(() => expect(info()?.state).toBe('backoff'));
        await agent.stop();
        expect(info()?.state).toBe('stopped');
        expect(events.filter(({ kind }) => kind === 'started')).toHaveLength(1);
      });

      test('overtakes a start that is still under way: nothing is started after it', async () => {
        const { agent } = await prepare(
          ['one', 'two', 'three'].map((name, startupOrder) => shell(name, forever, { startupOrder })),
        );
        const starting = agent.start();
        await agent.stop();
        await starting;
        expect(agent.modules().map(({ state, pid }) => [state, pid])).toEqual(Array(3).fill(['stopped', undefined]));
        expect(alive()).toBe(0);
      });

      test('a crash of the supervisor takes its app along before it is started again', async () => {
        const { agent, lines, info } = await prepare([shell('one', supervised)]);
        await agent.start();
        await until(() => expect(lines).toHaveLength(2));
        await under.kill(agent, info()?.name ?? '');
        await until(() => expect(lines).toHaveLength(4));
        await until(() => expect(alive()).toBe(2));
      });

      test('when the agent itself is killed, a watchdog ends all of it', async () => {
        const script = `
          import { Agent } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, '../agent.ts')).href)};
          ${under.source(root)}
          const agent = new Agent({
            deployment: ${JSON.stringify({ modules: [shell('one', supervised)] })},
            engine, log: { info() {}, warn() {} },
          });
          agent.lines.subscribe(({ line }) => console.log(line));
          await agent.start();
        `;
        writeFileSync(join(root, 'agent.mts'), script);
        const child = spawn(process.execPath, ['--import', import.meta.resolve('tsx'), join(root, 'agent.mts')], {
          stdio: ['ignore', 'pipe', 'inherit'],
        });
        let output = '';
        child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
        await until(() => expect(output.trim().split('\n')).toHaveLength(2));
        await until(() => expect(alive()).toBe(2));
        child.kill('SIGKILL');
        await until(() => expect(alive()).toBe(0));
      });
    });
  });
}
