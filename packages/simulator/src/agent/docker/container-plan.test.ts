import { describe, expect, test } from 'vitest';

import { moduleSpec } from '../testing/module-spec.ts';
import { leftOut, metricsPortOf, planContainer, type ContainerContext } from './container-plan.ts';

const context = (parts: Partial<ContainerContext> = {}): ContainerContext => ({
  id: '4711',
  run: '0815',
  image: 'registry/one:1',
  imageCommand: { Entrypoint: [], Cmd: ['node', '--inspect=0.0.0.0:9229', 'main.cjs'] },
  injected: { IOTEDGE_MODULEID: 'one' },
  network: { kind: 'host' },
  metricsPort: undefined,
  hostPath: (path) => `/root${path}`,
  volumeName: (name) => `own-${name}`,
  given: new Map([['/var/run/docker.sock', '/engine/docker.sock']]),
  withheld: new Map(),
  mounts: [],
  lowLimits: false,
  ...parts,
});
const bridge = { kind: 'bridge', name: 'net', listenAddress: '172.18.0.1', gateway: '172.18.0.1' } as const;

describe('a container', () => {
  test('has what createOptions say, but for restarts and GPUs', () => {
    const createOptions = {
      User: '1000',
      WorkingDir: '/w',
      HostConfig: { CapDrop: ['ALL'], Runtime: 'nvidia', DeviceRequests: [{}], RestartPolicy: { Name: 'always' } },
    };
    const { body } = planContainer(moduleSpec({ createOptions }), context());
    expect(body).toMatchObject({
      Image: 'registry/one:1',
      User: '1000',
      WorkingDir: '/w',
      HostConfig: { CapDrop: ['ALL'] },
    });
    expect(Object.keys(body['HostConfig'] as object)).not.toEqual(
      expect.arrayContaining([expect.stringMatching(/Runtime|DeviceRequests|RestartPolicy/)]),
    );
    expect(leftOut(moduleSpec({ createOptions }), new Map())).toHaveLength(2);
    expect(body['Labels']).toMatchObject({ 'net.azure-devices.edge.owner': 'Microsoft.Azure.Devices.Edge.Agent' });
  });

  test('has its variables from createOptions, the deployment and edgeAgent, the later before the earlier', () => {
    const { body } = planContainer(
      moduleSpec({
        createOptions: { Env: ['A=1', 'B=x=y'] },
        env: { A: '2', METRICS_PORT: '9600', IOTEDGE_MODULEID: 'no' },
      }),
      context({ metricsPort: 40_000 }),
    );
    expect(body['Env']).toEqual(['A=2', 'B=x=y', 'METRICS_PORT=40000', 'IOTEDGE_MODULEID=one']);
  });

  test('finds folders below the root, volumes under names of their own, and sockets where they are', () => {
    const HostConfig = {
      Binds: ['/var/data:/data:ro', 'files:/files', '/var/run/docker.sock:/var/run/docker.sock'],
      Mounts: [{ Type: 'volume' as const, Source: 'more', Target: '/more' }],
    };
    const { body, folders, volumes } = planContainer(moduleSpec({ createOptions: { HostConfig } }), context());
    expect(body['HostConfig']).toMatchObject({
      Binds: ['/root/var/data:/data:ro', 'own-files:/files', '/engine/docker.sock:/var/run/docker.sock'],
      Mounts: [{ Type: 'volume', Source: 'own-more', Target: '/more' }],
    });
    expect(folders).toEqual(['/root/var/data']);
    expect(volumes).toEqual(['own-files', 'own-more']);
  });

  test('goes without what is withheld, and says why', () => {
    const withheld = new Map([['/var/run/docker.sock', 'not here']]);
    const HostConfig = { Binds: ['/var/run/docker.sock:/var/run/docker.sock', 'files:/files'] };
    const { body, folders } = planContainer(moduleSpec({ createOptions: { HostConfig } }), context({ withheld }));
    expect(body['HostConfig']).toMatchObject({ Binds: ['own-files:/files'] });
    expect(folders).toEqual([]);
    expect(leftOut(moduleSpec({ createOptions: { HostConfig } }), withheld)).toEqual([
      '/var/run/docker.sock left out: not here',
    ]);
    expect(leftOut(moduleSpec({}), withheld)).toEqual([]);
  });

  test("on this machine's network publishes no port, and its inspector listens where it would have been published", () => {
    const HostConfig = { PortBindings: { '9229/tcp': [{ HostPort: '9230' }] } };
    const { body } = planContainer(moduleSpec({ createOptions: { HostConfig } }), context());
    expect(body).toMatchObject({
      HostConfig: { NetworkMode: 'host' },
      Cmd: ['node', '--inspect=127.0.0.1:9230', 'main.cjs'],
    });
    expect(body['HostConfig']).not.toHaveProperty('PortBindings');
  });

  test('on a bridge publishes its ports, and its metrics on loopback', () => {
    const HostConfig = { PortBindings: { '8554/tcp': [{ HostPort: '8554' }] } };
    const { body } = planContainer(
      moduleSpec({ createOptions: { HostConfig } }),
      context({ network: bridge, metricsPort: 9600 }),
    );
    expect(body).toMatchObject({
      ExposedPorts: { '9600/tcp': {} },
      HostConfig: {
        NetworkMode: 'net',
        ExtraHosts: ['iotedge-gateway:172.18.0.1'],
        PortBindings: { '8554/tcp': [{ HostPort: '8554' }], '9600/tcp': [{ HostIp: '127.0.0.1', HostPort: '' }] },
      },
    });
    expect(body).not.toHaveProperty('Cmd');
  });

  test('serves metrics where it says, or where our modules do', () => {
    expect(metricsPortOf(moduleSpec({}))).toBeUndefined();
    expect(metricsPortOf(moduleSpec({ env: { METRICS_PORT: '9700' } }))).toBe(9700);
    expect(metricsPortOf(moduleSpec({ source: { dir: '/m', debug: false } }))).toBe(9600);
  });
});
