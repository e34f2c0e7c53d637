import { chmod, readFile, stat, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createWorkbench } from '../testing/workbench.ts';

const settings = (image: string) => ({ type: 'docker', settings: { image, createOptions: {} } });
const always = { status: 'running', restartPolicy: 'always' };
const registry = { address: 'registry.example', username: 'reader', password: '${REGISTRY_PASSWORD}' };
const template = {
  '$schema-template': '4.0.0',
  modulesContent: {
    $edgeAgent: {
      'properties.desired': {
        schemaVersion: '1.1',
        runtime: { type: 'docker', settings: { registryCredentials: { ours: registry } } },
        systemModules: {
          edgeAgent: settings('registry.example/edge-agent:1.5.44'),
          edgeHub: { ...settings('registry.example/edge-hub:1.5.44'), ...always },
        },
        modules: { one: { ...settings('registry.example/one:1'), ...always, version: '1.0' } },
      },
    },
    $edgeHub: {
      'properties.desired': {
        schemaVersion: '1.1',
        routes: { up: 'FROM /messages/* INTO $upstream' },
        storeAndForwardConfiguration: { timeToLiveSecs: 7_200 },
      },
    },
  },
};

describe('companion manifest', () => {
  test('lets only the owner read a file that it makes, for passwords may be in it, and keeps the mode of one that is there', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('deployment.template.json'), JSON.stringify(template));
    await writeFile(bench.path('.env'), 'REGISTRY_PASSWORD=secret\n');
    const out = bench.path('config/deployment.amd64.json');
    const make = () => bench.call(['manifest', `--template=${bench.path('deployment.template.json')}`]);
    expect(await make()).toMatchObject({ code: 0, stderr: '' });
    expect(await readFile(out, 'utf8')).toContain('"password": "secret"');
    expect((await stat(out)).mode & 0o777).toBe(0o600);
    await chmod(out, 0o640);
    expect(await make()).toMatchObject({ code: 0 });
    expect((await stat(out)).mode & 0o777).toBe(0o640);
  });
});
