import { expect, test } from 'vitest';

import { moduleSpec } from '../testing/module-spec.ts';
import { DockerEngine } from './docker-engine.ts';
import { answeringEngine } from './testing/engine-answers.ts';

const spec = moduleSpec();

test('a container that was removed from outside is made anew', async () => {
  const containers = new Map<string, boolean>();
  let made = 0;
  await using docker = await answeringEngine((call) => {
    const [, id = '', verb] = /^\w+ \/containers\/(made\d)\/(\w+)/.exec(call) ?? [];
    if (call.startsWith('GET /images/')) return { body: { Config: { Cmd: ['true'] } } };
    if (call === 'POST /containers/create?name=one') {
      made += 1;
      containers.set(`made${made}`, false);
      return { body: { Id: `made${made}` } };
    }
    const running = containers.get(id);
    if (running === undefined) return { status: 404, body: { message: 'no such container' } };
    if (verb === 'start') containers.set(id, true);
    if (verb === 'json')
      return { body: { State: { Running: running, Pid: 7, ExitCode: 0, StartedAt: '2026-01-01T00:00:00Z' } } };
    if (verb === 'wait') return { body: { StatusCode: 0 } };
    return verb === 'attach' ? { body: '' } : undefined;
  });
  const engine = new DockerEngine({
    ...docker,
    id: '4711',
    run: '0815',
    containerPrefix: '',
    network: { kind: 'host' },
    images: new Map(),
    moduleEnvironment: () => ({}),
    hostPath: (path) => path,
    given: new Map(),
    withheld: new Map(),
    mounts: () => [],
    volumes: 'keep',
  });
  const runs = async () => (await engine.run(spec, () => undefined)).label;
  expect(await runs()).toBe('container made1');
  expect(await runs()).toBe('container made1');
  containers.delete('made1');
  expect(await runs()).toBe('container made2');
});
