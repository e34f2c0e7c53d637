import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

import { describe, expect, test } from 'vitest';

import { reportedProperties as reportedByArtifacts } from '@companion/artifacts';
import type { ModuleState } from '@companion/artifacts';
import { loadDeployment } from '@companion/deployment/node';

import { createWorkbench } from '@companion/cli/testing';
import { smallTemplate } from '@companion/deployment/testing';

const root = resolve(import.meta.dirname, '../..');
const base = join(root, 'deployment.template.json');
const sha256 = '0a'.repeat(32);
const net = `resnet10=kind:model,url:https://files.example/a,b:c.tar.gz,sha256:${sha256},sizeBytes:12`;
const zones = { zones: { A3: { kind: 'spot', sensor: 'Yard', polygon: [0, 0, 90, 0, 90, 90] } } };

interface Layer {
  readonly content: { readonly modulesContent: Record<string, Record<string, unknown>> };
  readonly metrics: { readonly queries: Record<string, string> };
  readonly [member: string]: unknown;
}

async function makeLayer(args: readonly string[], files: Record<string, unknown> = {}) {
  await using bench = await createWorkbench();
  for (const [name, content] of Object.entries(files)) writeFileSync(bench.path(name), JSON.stringify(content));
  const placed = args.map((arg) => (arg in files ? bench.path(arg) : arg));
  const target = ['--id', 'lot-7', '--target', "tags.site='lot7'", '--out', bench.path('lot-7.json')];
  const finished = await bench.run(['layer', ...target, ...placed]);
  const written = readdirSync(bench.folder).includes('lot-7.json');
  const layer = written ? (JSON.parse(readFileSync(bench.path('lot-7.json'), 'utf8')) as Layer) : undefined;
  return { ...finished, layer };
}

describe('companion layer', () => {
  test('sets each artifact and zone by a path of its own, with its target, priority, labels and the az commands', async () => {
    const args = ['--artifact', net, '--zones', 'z.json', '--remove', 'zones.B1', '--base', base];
    const { code, stdout, stderr, layer } = await makeLayer(
      [...args, '--priority', '20', '--label', "who=it's us", '--hub', 'myhub'],
      { 'z.json': zones },
    );
    expect(code).toBe(0);
    expect(stderr).toMatch(
      /^lot-7: content\.modulesContent\.filter\.zones\.B1: warning: .* does not have it \[TWIN_VALUE\]\n$/,
    );
    expect(layer).toMatchObject({
      id: 'lot-7',
      targetCondition: "tags.site='lot7'",
      priority: 20,
      labels: { who: "it's us" },
      content: {
        modulesContent: {
          artifacts: {
            'properties.desired.artifacts.resnet10': {
              kind: 'model',
              url: 'https://files.example/a,b:c.tar.gz',
              sha256,
              sizeBytes: 12,
            },
          },
          filter: { 'properties.desired.zones.A3': zones.zones.A3, 'properties.desired.zones.B1': null },
        },
      },
    });
    expect(Object.keys(layer?.content.modulesContent['filter'] ?? {})).not.toContain('properties.desired');
    expect(stdout).toContain(`az iot edge deployment create --layered --hub-name myhub --deployment-id lot-7 \\
  --content lot-7.json --metrics lot-7.json \\
  --labels '{"who":"it'\\''s us"}' \\
  --target-condition 'tags.site='\\''lot7'\\''' --priority 20
`);
  });

  test('takes what companion pack prints, bare maps, and parts of a twin down to single settings', async () => {
    const artifact = { kind: 'config', url: 'https://files.example/app.tar.gz', sha256 };
    const { code, layer } = await makeLayer(
      ['--artifacts', 'pack.json', '--artifacts', 'part.json', '--zones', 'bare.json'],
      {
        'pack.json': { artifacts: { app: artifact } },
        'part.json': {
          deepstream: { config: 'configs/app/app.txt', edits: { out: { group: 'sink3', set: { enable: 1 } } } },
          policy: { window: '02:00-04:00 UTC' },
        },
        'bare.json': zones.zones,
      },
    );
    expect(code).toBe(0);
    expect(layer?.content.modulesContent).toEqual({
      artifacts: {
        'properties.desired.artifacts.app': artifact,
        'properties.desired.deepstream.config': 'configs/app/app.txt',
        'properties.desired.deepstream.edits.out': { group: 'sink3', set: { enable: 1 } },
        'properties.desired.policy.window': '02:00-04:00 UTC',
      },
      filter: { 'properties.desired.zones.A3': zones.zones.A3 },
    });
  });

  test('on the base gives the twins that were meant: the simulator composes the same', async () => {
    const { layer } = await makeLayer(['--artifact', net, '--zones', 'z.json', '--remove', 'zones.B1'], {
      'z.json': zones,
    });
    await using bench = await createWorkbench();
    const template = smallTemplate();
    template.modulesContent.lot['properties.desired'] = { zones: { B1: zones.zones.A3, B2: zones.zones.A3 } };
    const { artifacts, filter } = layer?.content.modulesContent ?? {};
    Object.assign(template.modulesContent.files, artifacts);
    Object.assign(template.modulesContent.lot, filter);
    writeFileSync(bench.path('deployment.template.json'), JSON.stringify(template));
    const { modules } = loadDeployment({ templatePath: bench.path('deployment.template.json'), environment: {} });
    const desired = (name: string) => modules.find((module) => module.name === name)?.desired;
    expect(Object.keys((desired('files') as { artifacts: object }).artifacts)).toEqual(['resnet10']);
    expect(Object.keys((desired('lot') as { zones: object }).zones)).toEqual(['B2', 'A3']);
  });

  test('says what the base must have where none is given, and checks it where one is', async () => {
    const files = { 'a.json': { deepstream: { config: 'configs/nano/app.txt', sources: ['rtsp://cam/1'] } } };
    const alone = await makeLayer(['--artifacts', 'a.json'], files);
    expect(alone.code).toBe(0);
    expect(alone.stderr).toMatch(/warning: the base deployment must have an artifact nano of kind config/);
    const onBase = await makeLayer(['--artifacts', 'a.json', '--base', base], files);
    expect(onBase.code).toBe(1);
    expect(onBase.layer).toBeUndefined();
  });

  test.each<[string, readonly string[], RegExp]>([
    ['an artifact without a digest', ['--artifact', 'net=kind:model,url:https://h/x'], /artifacts\.net\.sha256: error/],
    [
      'an artifact of another kind',
      ['--artifact', `net=kind:film,url:https://h/x,sha256:${sha256}`],
      /artifacts\.net\.kind: error/,
    ],
    ['a zone that can’t work', ['--zones', 'bad.json'], /zones\.A: error: /],
    ['a zone whose name no twin takes', ['--zones', 'space.json'], /has the key "A 3"/],
    ['a zone with a dot in its name', ['--zones', 'dot.json'], /a name with a dot/],
    [
      'a base without the module',
      ['--artifact', net, '--base', base, '--artifacts-module', 'files'],
      /no module files, only artifacts, filter/,
    ],
    [
      'a condition that is none',
      ['--artifact', net, '--target', 'tag.a=1'],
      /targetCondition: error: tag\.a is no property/,
    ],
  ])('refuses %s', async (_, args, message) => {
    const { code, stderr, layer } = await makeLayer(args, {
      'bad.json': { zones: { A: { kind: 'spot' } } },
      'space.json': { zones: { 'A 3': zones.zones.A3 } },
      'dot.json': { zones: { 'A.3': zones.zones.A3 } },
    });
    expect({ code, layer }).toEqual({ code: 1, layer: undefined });
    expect(stderr).toMatch(message);
  });

  test.each<[string, readonly string[], RegExp]>([
    ['nothing to say', [], /nothing to say/],
    ['an id in capitals', ['--id', 'Lot', '--artifact', net], /lower-case/],
    ['a priority that is no number', ['--priority', '-1', '--artifact', net], /whole number|ambiguous/],
    ['an artifact with an unknown field', ['--artifact', 'a=size:1'], /"size:1" is none of/],
    ['a label without a value', ['--label', 'x', '--artifact', net], /NAME=VALUE/],
    ['a path that is no part of the twins', ['--remove', 'resnet10'], /expected artifacts\.NAME/],
    ['the same zone twice', ['--zones', 'z.json', '--remove', 'zones.A3'], /zones\.A3 is given twice/],
    ['a file that is no JSON', ['--zones', base.replace('deployment.template.json', 'README.md')], /README\.md:1:1/],
  ])('is called wrongly with %s', async (_, args, message) => {
    const { code, stderr, layer } = await makeLayer(args, { 'z.json': zones });
    expect({ code, layer }).toEqual({ code: 2, layer: undefined });
    expect(stderr).toMatch(message);
  });
});

describe('metrics', () => {
  test('ask for properties that the artifacts module does report', async () => {
    const { layer } = await makeLayer(['--artifact', net]);
    const error = { code: 'DISK_FULL', message: 'x', facts: {} };
    const state: ModuleState = {
      desiredVersion: 3,
      twin: 'managed',
      findings: [],
      artifacts: { resnet10: { kind: 'model', sha256, state: 'failed', error } },
      wanted: { id: 'r', config: undefined, preparation: { state: 'refused', error } },
      releases: {
        control: { active: null, previous: null, rejected: [], activation: { phase: 'idle' } },
        current: undefined,
        health: undefined,
        hint: undefined,
        problem: error,
        stateFindings: [],
      } as unknown as ModuleState['releases'],
    };
    const reported = reportedByArtifacts(state);
    const queries = Object.values(layer?.metrics.queries ?? {});
    const paths = queries.flatMap((query) =>
      [...query.matchAll(/properties\.reported\.([\w.]+)/g)].map(([, path]) => path ?? ''),
    );
    expect(new Set(paths)).toEqual(
      new Set([
        'desiredVersion',
        'release.state',
        'twin',
        'problem.code',
        'release.error.code',
        'artifacts.resnet10.error.code',
      ]),
    );
    for (const path of paths) {
      const found = path
        .split('.')
        .reduce<unknown>((at, step) => (at as Record<string, unknown> | undefined)?.[step], reported);
      expect({ path, found }).toEqual({ path, found: expect.anything() as unknown });
    }
    for (const query of queries) {
      expect(query).toContain(`moduleId = 'artifacts' AND properties.desired.artifacts.resnet10.sha256 = '${sha256}'`);
    }
  });

  test('of zones name those of the layer, and put other names in double brackets', async () => {
    const { layer } = await makeLayer(['--zones', 'z.json'], { 'z.json': { zones: { 'A-3': zones.zones.A3 } } });
    expect(layer?.metrics.queries['zonesRejected']).toBe(
      "SELECT deviceId FROM devices.modules WHERE moduleId = 'filter' AND IS_DEFINED(properties.desired.zones.[[A-3]]) AND IS_DEFINED(properties.reported.zones.rejected.[[A-3]])",
    );
  });
});
