import { Ajv2020 } from 'ajv/dist/2020.js';
import * as fc from 'fast-check';
import { expect, test } from 'vitest';
import { desiredJsonSchema } from './desired-json-schema.ts';
import { parseDesired } from './desired.ts';

const takes = new Ajv2020({ strictTypes: false }).compile(desiredJsonSchema());
const sha256 = 'a'.repeat(64);
const full = {
  artifacts: {
    resnet10: { kind: 'model', url: 'https://files.example/r.tar.gz', sha256, sizeBytes: 10, credential: 'blob' },
    nano: { kind: 'config', url: 'file:///import/nano.txt', sha256 },
  },
  deepstream: {
    config: 'configs/nano/nano.txt',
    sources: ['rtsp://camera-1/stream'],
    edits: { rtsp: { file: 'configs/nano/infer.txt', group: 'sink3', set: { enable: true, type: 4, codec: '1' } } },
    activate: {
      by: 'docker',
      module: 'deepstream',
      socket: '/var/run/docker.sock',
      healthyAfterSec: 30,
      giveUpAfterSec: 1800,
      expectMessages: false,
    },
  },
  policy: {
    keepReleases: 2,
    parallel: 2,
    maxBytesPerSec: 0,
    maxArtifactBytes: 4_294_967_296,
    freeBytesFloor: 0,
    window: '02:00-04:00 Europe/Berlin',
  },
};

test('a document with every field is taken by both', () => {
  expect(parseDesired(full).kind).toBe('managed');
  expect(takes(full)).toBe(true);
});

test.each([
  ['an unknown field', { ...full, polici: {} }],
  ['an unknown kind', { artifacts: { a: { ...full.artifacts.nano, kind: 'video' } } }],
  ['a digest that is none', { artifacts: { a: { ...full.artifacts.nano, sha256: 'abc' } } }],
  ['an artifact without a URL', { artifacts: { a: { kind: 'model', sha256 } } }],
  ['a name that leaves the folder', { artifacts: { '../a': full.artifacts.nano } }],
  ['a policy out of bounds', { artifacts: {}, policy: { parallel: 0 } }],
  ['an unknown activator', { artifacts: {}, deepstream: { activate: { by: 'ssh' } } }],
])('both refuse %s', (_, document) => {
  expect(takes(document)).toBe(false);
  expect(parseDesired(document).kind).toBe('invalid');
});

test('what the schema refuses, the module refuses', () => {
  const odd = fc.oneof(
    fc.constantFrom<unknown>(null, '', 'x', 0, -1, 1.5, 1e12, true, [], {}, [1], { a: 1 }, 'configs/nano/x', '/x'),
    fc.jsonValue({ maxDepth: 1 }),
  );
  fc.assert(
    fc.property(fc.constantFrom(...pathsOf(full)), fc.option(odd, { nil: undefined }), (path, value) => {
      const document = changed(full, path, value) as Record<string, unknown>;
      if (document['artifacts'] === undefined) return;
      if (!takes(document)) expect(parseDesired(document).kind).toBe('invalid');
    }),
    { numRuns: 1_000 },
  );
});

test('every field has a description', () => {
  expect(withoutDescription(desiredJsonSchema(), '')).toEqual([]);
});

type Path = readonly string[];

function pathsOf(value: unknown, path: Path = []): Path[] {
  const below =
    typeof value === 'object' && value !== null
      ? Object.entries(value).flatMap(([key, inner]) => pathsOf(inner, [...path, key]))
      : [];
  return path.length === 0 ? below : [path, ...below];
}

/** A copy with another value at a path; undefined leaves it out. */
function changed(value: unknown, [key = '', ...rest]: Path, next: unknown): unknown {
  const copy: Record<string, unknown> = { ...(value as Record<string, unknown>) };
  const inner = rest.length === 0 ? next : changed(copy[key], rest, next);
  if (inner === undefined) Reflect.deleteProperty(copy, key);
  else copy[key] = inner;
  return copy;
}

interface Schema {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly additionalProperties?: Schema | boolean;
}

function withoutDescription(schema: Schema, path: string): string[] {
  const inside = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => [
    ...(field.description === undefined ? [`${path}.${name}`] : []),
    ...withoutDescription(field, `${path}.${name}`),
  ]);
  const each = schema.additionalProperties;
  return typeof each === 'object' ? [...inside, ...withoutDescription(each, `${path}.*`)] : inside;
}
