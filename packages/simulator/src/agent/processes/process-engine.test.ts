import { existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { afterEach, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';

import type { ModuleSpec } from '@companion/deployment';
import { ManualClock } from '@companion/foundation/testing';
import { Agent, type AgentOptions } from '../agent.ts';
import { describeAgentOn } from '../testing/agent-contract.ts';
import { AgentError } from '../engine/agent-error.ts';
import { ProcessEngine, type ProcessEngineOptions } from './process-engine.ts';

const optionsFor = (root: string): ProcessEngineOptions => ({
  root: join(root, 'state'),
  moduleEnvironment: (module) => ({ IOTEDGE_MODULEID: module }),
  standIns: {},
});

describeAgentOn('an agent with processes', {
  create: (root) => Promise.resolve(new ProcessEngine(optionsFor(root))),
  source: (root) => `
    import { ProcessEngine } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'process-engine.ts')).href)};
    const engine = new ProcessEngine({ root: ${JSON.stringify(join(root, 'state'))}, moduleEnvironment: () => ({}), standIns: {} });`,
  image: 'registry/image:1',
  kill(agent, module) {
    const pid = agent.modules().find(({ name }) => name === module)?.pid;
    if (pid === undefined) throw new Error(`${module} does not run`);
    process.kill(pid, 'SIGKILL');
    return Promise.resolve();
  },
  killed: { exitCode: null, signal: 'SIGKILL' },
  missingProgram: /can't be started: .*no-such-program.*ENOENT/,
});

describe('processes', () => {
  let root: string;
  beforeEach(() => {
    root = realpathSync(mkdtempSync(join(tmpdir(), 'processes-')));
  });
  afterEach(() => rmSync(root, { recursive: true, force: true, maxRetries: 5 }));

  const until = (condition: () => void) => vi.waitFor(condition, { timeout: 10_000, interval: 20 });

  function shell(name: string, script: string, parts: Partial<ModuleSpec> = {}): ModuleSpec {
    return {
      name,
      image: `registry/${name}:1`,
      status: 'running',
      restartPolicy: 'never',
      startupOrder: 0,
      env: {},
      desired: {},
      ...parts,
      createOptions: { Entrypoint: ['/bin/sh', '-c', script], ...parts.createOptions },
    };
  }
  function prepare(
    modules: readonly ModuleSpec[],
    ofEngine: Partial<ProcessEngineOptions> = {},
    ofAgent: Partial<AgentOptions> = {},
  ) {
    const lines: string[] = [];
    const agent = new Agent({
      deployment: { modules },
      engine: new ProcessEngine({ ...optionsFor(root), ...ofEngine }),
      log: { info: () => undefined, warn: () => undefined },
      ...ofAgent,
    });
    agent.lines.subscribe(({ module, line }) => lines.push(`${module}: ${line}`));
    onTestFinished(() => agent.stop());
    return { agent, lines };
  }

  test('see a clean environment and a folder of their own', async () => {
    const { agent, lines } = prepare([shell('one', 'env; pwd', { env: { OWN: 'x' } })], {
      environment: { TZ: 'Europe/Berlin', SECRET: 'of the operator' },
    });
    await agent.start();
    await until(() => expect(agent.modules()[0]?.state).toBe('stopped'));
    const folder = join(root, 'state/containers/one');
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

  test('find container paths in commands, folders and variables below the root', async () => {
    const module = shell('one', 'echo content > /artifacts/file; cat "$DIR/file"; pwd', {
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
  });

  test('work below a folder whose name a shell would split', async () => {
    const module = shell('one', 'echo content > /data/file && cat /data/file', {
      createOptions: { HostConfig: { Binds: ['volume:/data'] } },
    });
    const { agent, lines } = prepare([module], { root: join(root, "Jo's own $HOME") });
    await agent.start();
    await until(() => expect(agent.modules()[0]?.state).toBe('stopped'));
    expect(lines).toEqual(['one: content']);
    expect(existsSync(join(root, "Jo's own $HOME", 'volumes/volume/file'))).toBe(true);
  });

  test('find stand-ins in PATH, from a shell too, and by the absolute path of an image', async () => {
    const standIns = {
      'deepstream-test5-app': [process.execPath, '-e', 'console.log("stand-in", ...process.argv.slice(1))', "it's"],
    };
    const absolute = { Entrypoint: ['/usr/bin/deepstream-test5-app'], Cmd: ['-c', 'a b'] };
    const { agent, lines } = prepare(
      [shell('inShell', 'exec deepstream-test5-app -c "a b"'), shell('absolute', '', { createOptions: absolute })],
      { standIns },
    );
    await agent.start();
    await until(() => expect(lines).toHaveLength(2));
    expect(lines.sort()).toEqual(["absolute: stand-in it's -c a b", "inShell: stand-in it's -c a b"]);
  });

  function moduleFolder(main: string): string {
    const dir = join(root, 'module');
    mkdirSync(join(dir, 'src'), { recursive: true });
    writeFileSync(join(dir, 'src/main.ts'), main);
    writeFileSync(join(dir, 'package.json'), '{"type":"module"}');
    return dir;
  }

  test('run the code of a module that is in the repository, each with a metrics port of its own', async () => {
    const dir = moduleFolder(
      'const port: string = process.env["METRICS_PORT"] ?? ""; console.log(port); setInterval(() => undefined, 1000);',
    );
    const source = { source: { dir, debug: false }, env: { METRICS_PORT: '9600' } };
    const { agent, lines } = prepare([shell('one', '', source), shell('two', '', source)]);
    await agent.start();
    await until(() => expect(lines).toHaveLength(2));
    const urls = agent.modules().map(({ metricsUrl }) => metricsUrl);
    expect(new Set(urls).size).toBe(2);
    for (const line of lines) expect(urls).toContain(`http://127.0.0.1:${line.slice(5)}/metrics`);
  });

  test('open an inspector on loopback for a debug image', async () => {
    const dir = moduleFolder('setInterval(() => undefined, 1000);');
    const createOptions = { HostConfig: { PortBindings: { '9229/tcp': [{ HostPort: '0' }] } } };
    const { agent, lines } = prepare([shell('one', '', { source: { dir, debug: true }, createOptions })]);
    await agent.start();
    await until(() => expect(lines.join('\n')).toMatch(/Debugger listening on ws:\/\/127\.0\.0\.1:\d+/));
  });

  test('are not started where the code of one is missing or one has nothing to run', async () => {
    const missing = prepare([shell('one', 'echo ran'), shell('two', '', { source: { dir: root, debug: false } })]);
    await expect(missing.agent.start()).rejects.toMatchObject({ code: 'SOURCE_MISSING', facts: { module: 'two' } });
    const nothing = prepare([shell('one', 'echo ran'), shell('two', '', { createOptions: { Entrypoint: [] } })]);
    await expect(nothing.agent.start()).rejects.toThrow(AgentError);
    await expect(nothing.agent.start()).rejects.toMatchObject({ code: 'NOTHING_TO_RUN', facts: { module: 'two' } });
    expect([...missing.lines, ...nothing.lines]).toEqual([]);
  });

  test('are failed after the twentieth restart', async () => {
    const clock = new ManualClock();
    const starts: string[] = [];
    const { agent } = prepare([shell('one', 'exit 1', { restartPolicy: 'always' })], {}, { clock });
    agent.events.subscribe((event) => {
      starts.push(event.kind);
      if (event.kind === 'backoff') setImmediate(() => clock.advance(event.delayMs));
    });
    await agent.start();
    await until(() => expect(agent.modules()[0]).toMatchObject({ state: 'failed', restarts: 20 }));
    expect(starts.filter((kind) => kind === 'started')).toHaveLength(21);
    expect(starts.at(-1)).toBe('failed');
  });
});
