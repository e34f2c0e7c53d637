import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';

import { describe, expect, test } from 'vitest';

import { describeAgentOn } from '../testing/agent-contract.ts';
import { agentFolders } from '../processes/agent-folders.ts';
import { gatewayName, type ContainerNetwork } from './container-network.ts';
import { DockerEngine } from './docker-engine.ts';
import { openDockerHost } from './docker-host.ts';
import { dockerForTests } from './testing/docker-for-tests.ts';

const docker = await dockerForTests();

/** An engine as the simulator makes one, on a root and a network of its own. */
async function engineOn(root: string, network?: ContainerNetwork['kind']) {
  const state = join(root, 'state');
  mkdirSync(state, { recursive: true });
  const host = await openDockerHost({
    environment: process.env,
    root: state,
    ...(network === undefined ? {} : { network }),
  });
  const engine = new DockerEngine({
    ...host,
    containerPrefix: `test-${host.id}-`,
    images: new Map(),
    moduleEnvironment: (module) => ({ IOTEDGE_MODULEID: module }),
    hostPath: agentFolders(state).hostPath,
    given: new Map(),
    withheld: new Map(),
    mounts: () => [],
    volumes: 'remove',
  });
  return { engine, host };
}

if (docker.ok) {
  describeAgentOn('an agent with containers', {
    create: async (root) => (await engineOn(root)).engine,
    source: (root) => `
      import { mkdirSync } from 'node:fs';
      import { DockerEngine } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'docker-engine.ts')).href)};
      import { openDockerHost } from ${JSON.stringify(pathToFileURL(join(import.meta.dirname, 'docker-host.ts')).href)};
      const root = ${JSON.stringify(join(root, 'state'))};
      mkdirSync(root, { recursive: true });
      const host = await openDockerHost({ environment: process.env, root });
      const engine = new DockerEngine({
        ...host, containerPrefix: 'test-' + host.id + '-', images: new Map(), moduleEnvironment: () => ({}),
        hostPath: (path) => root + '/host' + path, given: new Map(), withheld: new Map(), mounts: () => [],
        volumes: 'remove',
      });`,
    image: docker.image,
    async kill(agent, module) {
      const pid = agent.modules().find(({ name }) => name === module)?.pid;
      const all = (await docker.client.call('GET', '/containers/json')) as { Id: string; Names: string[] }[];
      const found = all.find(({ Names }) => Names.some((name) => name.endsWith(`-${module}`)));
      if (pid === undefined || found === undefined) throw new Error(`${module} does not run`);
      await docker.client.call('POST', `/containers/${found.Id}/kill`);
    },
    killed: { exitCode: 137, signal: null },
    missingProgram: /can't be started: .*no-such-program/,
  });
}

describe('containers', { timeout: 60_000 }, () => {
  test('need an engine and the images', (context) => {
    if (!docker.ok) context.skip(docker.reason);
  });

  test('of an image that is not there are refused in one line that says what to do', async (context) => {
    if (!docker.ok) return context.skip(docker.reason);
    const root = mkdtempSync(join(tmpdir(), 'containers-'));
    const { engine } = await engineOn(root, 'host');
    const spec = {
      name: 'one',
      image: 'registry/none:1',
      status: 'running',
      restartPolicy: 'never',
      startupOrder: 0,
      env: {},
      desired: {},
      createOptions: {},
    } as const;
    const own = { ...spec, source: { dir: root, debug: false } };
    await expect(engine.check(spec)).rejects.toMatchObject({
      code: 'IMAGE_MISSING',
      message: expect.stringMatching(/^[^\n]*registry\/none:1[^\n]*docker pull[^\n]*$/) as unknown,
    });
    await expect(engine.check(own)).rejects.toThrow('npm run images');
    await expect(
      engine.check({ ...spec, image: docker.image, createOptions: { Entrypoint: [], Cmd: [] } }),
    ).rejects.toMatchObject({
      code: 'NOTHING_TO_RUN',
    });
    await engine.close();
    rmSync(root, { recursive: true });
  });

  test('on a bridge reach a server of this process, and are reached for their metrics', async (context) => {
    if (!docker.ok) return context.skip(docker.reason);
    const root = mkdtempSync(join(tmpdir(), 'containers-'));
    const { engine, host } = await engineOn(root, 'bridge');
    const { network } = host;
    if (network.kind !== 'bridge') throw new Error('no bridge was made');
    const server = createServer((_request, response) => response.end('from outside'));
    await new Promise<void>((resolve) => server.listen(0, network.listenAddress, resolve));
    const { port } = server.address() as AddressInfo;
    const script = `
      const { createServer } = require('node:http');
      createServer((_, response) => response.end('from inside')).listen(process.env.METRICS_PORT);
      fetch('http://${network.gateway}:${port}').then((answer) => answer.text()).then(console.log, console.log);
      console.log(require('node:fs').readFileSync('/etc/hosts', 'utf8').includes('${gatewayName}'));`;
    const lines: string[] = [];
    await engine.open();
    const run = await engine.run(
      {
        name: 'one',
        image: docker.image,
        status: 'running',
        restartPolicy: 'never',
        startupOrder: 0,
        env: { METRICS_PORT: '9600' },
        desired: {},
        createOptions: { Entrypoint: ['node', '-e', script] },
      },
      (line) => lines.push(line),
    );
    await expect.poll(() => lines, { timeout: 15_000 }).toEqual(['true', 'from outside']);
    expect(await (await fetch(run.metricsUrl ?? '')).text()).toBe('from inside');
    run.terminate(1_000);
    await run.exit;
    await engine.close();
    await host.close();
    server.close();
    rmSync(root, { recursive: true });
    await expect(docker.client.call('GET', `/networks/${network.name}`)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('without an engine are refused in one line', async () => {
    const environment = { DOCKER_HOST: 'unix:///nowhere/docker.sock' };
    await expect(openDockerHost({ environment, root: tmpdir() })).rejects.toMatchObject({
      code: 'ENGINE_UNREACHABLE',
      message: 'no Docker engine answers on /nowhere/docker.sock (ENOENT)',
    });
    const remote = { DOCKER_HOST: 'tcp://elsewhere:2375' };
    await expect(openDockerHost({ environment: remote, root: tmpdir() })).rejects.toMatchObject({
      code: 'ENGINE_UNSUPPORTED',
    });
  });
});
