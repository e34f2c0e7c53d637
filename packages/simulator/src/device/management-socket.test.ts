import { mkdir, mkdtemp, rm, stat, writeFile } from 'node:fs/promises';
import { request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

import { afterEach, beforeEach, expect, test } from 'vitest';

import { AgentError } from '../agent/engine/agent-error.ts';
import type { ModuleInfo } from '../agent/index.ts';
import { ManagementSocket } from './management-socket.ts';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'management-'));
});
afterEach(() => rm(folder, { recursive: true }));

const module = (parts: Partial<ModuleInfo>): ModuleInfo => ({
  name: 'one',
  state: 'running',
  pid: 1,
  restarts: 0,
  exitCode: undefined,
  metricsUrl: undefined,
  startedAtMs: undefined,
  ...parts,
});

async function open() {
  const restarted: string[] = [];
  const link = join(folder, 'host/var/run/iotedge/mgmt.sock');
  const server = new ManagementSocket({
    socketPath: join(folder, 'mgmt.sock'),
    link,
    agent: () => ({
      modules: () => [module({ startedAtMs: 0 }), module({ name: 'two', state: 'backoff', exitCode: 3 })],
      restart(name) {
        restarted.push(name);
        return name === 'one'
          ? Promise.resolve()
          : Promise.reject(new AgentError('MODULE_UNKNOWN', name, 'the deployment has no such module'));
      },
    }),
  });
  await server.open();
  return { server, link, restarted };
}

function ask(socketPath: string, method: string, path: string): Promise<{ status: number | undefined; body: string }> {
  return new Promise((resolve, reject) => {
    const call = request({ socketPath, method, path: `${path}?api-version=2018-06-28` }, (response) => {
      let body = '';
      response.on('data', (chunk: Buffer) => (body += chunk.toString()));
      response.on('end', () => resolve({ status: response.statusCode, body }));
    });
    call.on('error', reject).end();
  });
}

test('tells modules as aziot-edged does, by both of its names', async () => {
  const { server, link } = await open();
  const answer = await ask(link, 'GET', '/modules');
  expect(answer.status).toBe(200);
  expect(JSON.parse(answer.body)).toMatchObject({
    modules: [
      { name: 'one', status: { startTime: '1970-01-01T00:00:00.000Z', runtimeStatus: { status: 'running' } } },
      { name: 'two', status: { exitStatus: { statusCode: '3' }, runtimeStatus: { status: 'backoff' } } },
    ],
  });
  expect((await stat(join(folder, 'mgmt.sock'))).mode & 0o777).toBe(0o660);
  await server.close();
  await expect(stat(link)).rejects.toThrow();
});

test('restarts a module, and answers 404 for what there is not', async () => {
  const { server, link, restarted } = await open();
  expect(await ask(link, 'POST', '/modules/one/restart')).toEqual({ status: 204, body: '' });
  const unknown = await ask(link, 'POST', '/modules/nobody/restart');
  expect(unknown.status).toBe(404);
  expect(JSON.parse(unknown.body)).toEqual({ message: 'module nobody: the deployment has no such module' });
  expect((await ask(link, 'DELETE', '/modules/one')).status).toBe(404);
  expect((await ask(link, 'POST', '/modules/%zz/restart')).status).toBe(400);
  expect(restarted).toEqual(['one', 'nobody']);
  await server.close();
});

test('takes the place of a folder that an engine has made for a bind', async () => {
  await mkdir(join(folder, 'host/var/run/iotedge/mgmt.sock/inner'), { recursive: true });
  const { server, link } = await open();
  expect((await ask(link, 'GET', '/modules')).status).toBe(200);
  await server.close();
});

test('listens no more where its second name can not be made', async () => {
  await writeFile(join(folder, 'host'), 'a file in the way');
  await expect(open()).rejects.toMatchObject({ code: 'ENOTDIR' });
  await expect(ask(join(folder, 'mgmt.sock'), 'GET', '/modules')).rejects.toMatchObject({ code: 'ENOENT' });
});
