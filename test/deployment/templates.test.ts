import { existsSync, readFileSync, readdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseEnv } from 'node:util';

import { describe, expect, test } from 'vitest';

import { loadDeployment } from '@companion/deployment/node';
import type { Deployment } from '@companion/deployment';

const root = resolve(import.meta.dirname, '../..');
function read(file: string) {
  return readFileSync(join(root, file), 'utf8');
}
/** With the variables of .env.example whatever .env a developer has. */
function load(file: string): Deployment {
  return loadDeployment({ templatePath: join(root, file), envFile: join(root, '.env.example'), environment: {} });
}

describe.each(['deployment.template.json', 'deployment.debug.template.json'])('%s', (file) => {
  const deployment = load(file);
  const module = (name: string) => deployment.modules.find((one) => one.name === name);

  test('starts artifacts, then filter, then DeepStream', () => {
    const order = [...deployment.modules].sort((one, other) => one.startupOrder - other.startupOrder);
    expect(order.map(({ name, startupOrder }) => [name, startupOrder])).toEqual([
      ['artifacts', 0],
      ['filter', 1],
      ['NVIDIADeepStreamSDK', 2],
    ]);
    expect(new Set(deployment.modules.map(({ restartPolicy }) => restartPolicy))).toEqual(new Set(['always']));
  });

  test('routes name modules that exist: DeepStream to the filter, the filter to the cloud, its snapshots to artifacts', () => {
    const texts = Object.values(deployment.routes).map((route) => (typeof route === 'string' ? route : route.route));
    const named = texts.flatMap((text) => [...text.matchAll(/\/modules\/([^/")]+)/g)].map((match) => match[1]));
    expect(named).toEqual(['NVIDIADeepStreamSDK', 'filter', 'filter', 'filter', 'artifacts']);
    for (const name of named) expect(module(name ?? '')).toBeDefined();
    expect(texts.filter((text) => text.endsWith('outputs/* INTO $upstream'))).toHaveLength(1);
  });

  test('mounts the volume’s root at the same place everywhere, and gives only the filter a volume of its own', () => {
    for (const name of ['artifacts', 'NVIDIADeepStreamSDK']) {
      expect(module(name)?.createOptions.HostConfig?.Binds).toEqual(['deepstream-artifacts:/artifacts']);
    }
    expect(module('artifacts')?.env['ARTIFACTS_ROOT']).toBe('/artifacts');
    expect(module('filter')?.createOptions.HostConfig?.Binds).toEqual([
      'filter-data:/data',
      'deepstream-artifacts:/artifacts:ro',
    ]);
    expect(module('filter')?.env['FILTER_DATA']).toBe('/data');
    // Its zonesFile lies there. Without the variable a process of the simulator would look at /artifacts of this machine.
    expect(module('filter')?.env['ARTIFACTS_ROOT']).toBe('/artifacts');
  });

  test.each(['artifacts', 'filter'])('gives %s no root, no capability, no socket and nothing of the host', (name) => {
    const options = module(name)?.createOptions;
    expect(options).not.toHaveProperty('User');
    expect(options?.HostConfig).toMatchObject({
      ReadonlyRootfs: true,
      CapDrop: ['ALL'],
      SecurityOpt: ['no-new-privileges'],
    });
    for (const right of ['Privileged', 'CapAdd', 'GroupAdd', 'Devices', 'PidMode', 'NetworkMode', 'Mounts'])
      expect(options?.HostConfig).not.toHaveProperty(right);
    for (const bind of options?.HostConfig?.Binds ?? []) expect(bind).toMatch(/^[a-z]/);
  });

  test('runs DeepStream on the GPU, under the supervisor, with its RTSP port open', () => {
    const options = module('NVIDIADeepStreamSDK')?.createOptions;
    expect(options).toMatchObject({
      WorkingDir: '/artifacts',
      ExposedPorts: { '8554/tcp': {} },
      HostConfig: { Runtime: 'nvidia', PortBindings: { '8554/tcp': [{ HostPort: '8554' }] } },
    });
    expect(options?.Entrypoint?.[2]).toMatch(
      /exec \/bin\/sh \/artifacts\/supervisor\.sh \/artifacts deepstream-test5-app$/,
    );
  });

  test('leaves the artifacts unmanaged until somebody names some, and the filter without zones', () => {
    expect(module('artifacts')?.desired).toEqual({});
    expect(module('filter')?.desired).toMatchObject({
      zones: {},
      defaults: { enterAfterMs: 2000, leaveAfterMs: 8000 },
    });
  });

  test('createOptions fit into 4 KB', () => {
    for (const { createOptions } of deployment.modules)
      expect(JSON.stringify(createOptions).length).toBeLessThanOrEqual(4096);
  });

  test('edgeHub has no persistent storage and no AMQP and HTTP heads', () => {
    const content = JSON.parse(read(file)) as {
      modulesContent: { $edgeAgent: Record<string, { systemModules: { edgeHub: object } }> };
    };
    expect(content.modulesContent.$edgeAgent['properties.desired']?.systemModules.edgeHub).toMatchObject({
      env: {
        usePersistentStorage: { value: 'false' },
        amqpSettings__enabled: { value: 'false' },
        httpSettings__enabled: { value: 'false' },
      },
    });
  });

  test('.env.example gives and explains every variable, and no other', () => {
    const modules = readdirSync(join(root, 'modules')).map((name) => read(`modules/${name}/module.json`));
    const used = [read(file), ...modules].flatMap((text) =>
      [...text.matchAll(/\$\{([A-Z][A-Z_]*)\}/g)].map((match) => match[1] ?? ''),
    );
    const both = [
      ...used,
      ...[...read('deployment.template.json').matchAll(/\$\{([A-Z][A-Z_]*)\}/g)].map((match) => match[1] ?? ''),
    ];
    expect(Object.keys(parseEnv(read('.env.example'))).sort()).toEqual([...new Set(both)].sort());
    for (const name of new Set(used)) expect(read('.env.example')).toMatch(new RegExp(`^# .+\n${name}=.+$`, 'm'));
  });
});

test('the debug template opens an inspector for each of our modules, on a port of its own', () => {
  const ours = load('deployment.debug.template.json').modules.filter(({ source }) => source?.debug === true);
  expect(
    ours.map(({ name, image, createOptions }) => [
      name,
      image.endsWith('-amd64.debug'),
      createOptions.ExposedPorts,
      createOptions.HostConfig?.PortBindings?.['9229/tcp']?.[0]?.HostPort,
    ]),
  ).toEqual([
    ['artifacts', true, { '9229/tcp': {} }, '9229'],
    ['filter', true, { '9229/tcp': {} }, '9230'],
  ]);
});

describe.each(['artifacts', 'filter'])('modules/%s', (name) => {
  const manifest = JSON.parse(read(`modules/${name}/module.json`)) as {
    image: { contextPath: string; tag: { version: string; platforms: Record<string, string> } };
  };

  test('has a Dockerfile for each platform, built in the repository’s root', () => {
    expect(Object.keys(manifest.image.tag.platforms)).toEqual(['amd64', 'amd64.debug', 'arm64v8']);
    for (const file of Object.values(manifest.image.tag.platforms))
      expect(existsSync(join(root, 'modules', name, file))).toBe(true);
    expect(resolve(root, 'modules', name, manifest.image.contextPath)).toBe(root);
  });

  test('has the version of its package', () => {
    const { version } = JSON.parse(read(`modules/${name}/package.json`)) as { version: string };
    expect(manifest.image.tag.version).toBe(version);
  });

  test.each(['amd64', 'amd64.debug', 'arm64v8'])(
    'Dockerfile.%s: not as root, with a health check and a signal that the module obeys',
    (platform) => {
      const text = read(`modules/${name}/Dockerfile.${platform}`);
      expect(text).toMatch(/^USER node$/m);
      expect(text).toMatch(/^HEALTHCHECK /m);
      expect(text).toMatch(/^STOPSIGNAL SIGTERM$/m);
      expect(text).toMatch(/^ARG BASE=node:24-slim$/m);
      const processor = platform === 'arm64v8' ? 'arm64' : 'amd64';
      const [, last = ''] = text.split(`\nFROM --platform=linux/${processor} \${BASE}\n`);
      // For another processor nothing can be run there without emulation.
      expect(last).not.toMatch(/^RUN /m);
      expect(last).not.toBe('');
      expect(text.includes('--inspect=0.0.0.0:9229')).toBe(platform.endsWith('.debug'));
    },
  );
});
