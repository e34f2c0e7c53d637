import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { createOptionPieces } from '../create-options/create-option-pieces.ts';
import { hostPorts, hostPortsCollide } from '../create-options/host-port.ts';
import { parseImageName } from './image-name.ts';
import type { JsonObject } from '@companion/foundation';
import { manifestPath, toManifest } from './manifest.ts';

const wellFormed = fc.string({ unit: 'binary', maxLength: 1400 });

describe('createOptions in pieces', () => {
  test('are the text when joined, none over 512 characters, and no character is cut in two', () => {
    fc.assert(
      fc.property(wellFormed, (text) => {
        const pieces = Object.values(createOptionPieces(text));
        expect(pieces.join('')).toBe(text);
        for (const piece of pieces) {
          expect(piece.length).toBeLessThanOrEqual(512);
          expect(new TextDecoder().decode(new TextEncoder().encode(piece))).toBe(piece);
        }
      }),
    );
  });

  test('are called as the tools call them', () => {
    expect(Object.keys(createOptionPieces('x'.repeat(512 * 3)))).toEqual([
      'createOptions',
      'createOptions01',
      'createOptions02',
    ]);
    expect(createOptionPieces('')).toEqual({ createOptions: '' });
  });
});

describe('a manifest', () => {
  const template = (settings: JsonObject, section = 'modules'): JsonObject => ({
    '$schema-template': '4.0.0',
    modulesContent: { $edgeAgent: { 'properties.desired': { [section]: { m: { settings } } } }, m: {} },
  });

  test.each(['modules', 'systemModules'])('has createOptions of %s as text, and no $schema-template', (section) => {
    expect(toManifest(template({ image: 'i', createOptions: { Cmd: ['ü'] } }, section))).toEqual({
      modulesContent: {
        $edgeAgent: {
          'properties.desired': { [section]: { m: { settings: { image: 'i', createOptions: '{"Cmd":["ü"]}' } } } },
        },
        m: {},
      },
    });
  });

  test('keeps text as it is, cuts it anew, and leaves alone what is not there', () => {
    const cut = { image: 'i', createOptions: '{ "a"', createOptions01: ': 1}' };
    expect(toManifest(template(cut))).toMatchObject({
      modulesContent: {
        $edgeAgent: { 'properties.desired': { modules: { m: { settings: { createOptions: '{ "a": 1}' } } } } },
      },
    });
    const { modulesContent = null } = template({ image: 'i' });
    expect(toManifest(template({ image: 'i' }))).toEqual({ modulesContent });
  });

  test('of a layer has them too', () => {
    const module = { settings: { image: 'i', createOptions: {} } };
    const layer = { modulesContent: { $edgeAgent: { 'properties.desired.modules.m': module } } };
    expect(toManifest(layer)).toEqual({
      modulesContent: {
        $edgeAgent: { 'properties.desired.modules.m': { settings: { image: 'i', createOptions: '{}' } } },
      },
    });
  });

  test.each([
    ['deployment.template.json', '4.0.0', 'arm64v8', 'config/deployment.arm64v8.json'],
    ['deployment.debug.template.json', '1.0.0', 'amd64', 'config/deployment.debug.amd64.json'],
    ['deployment.template.json', '0.0.1', 'amd64', 'config/deployment.json'],
    ['deployment.json', undefined, 'amd64', 'config/deployment.json'],
  ])('of %s with schema %s for %s is called %s', (name, schema, platform, path) => {
    expect(manifestPath(name, schema === undefined ? {} : { '$schema-template': schema }, platform)).toBe(path);
  });
});

test.each([
  ['ubuntu:22.04', 'ubuntu', '22.04'],
  ['localhost:5000/a/b:1', 'localhost:5000/a/b', '1'],
  ['mcr.microsoft.com/azureiotedge-hub:1.5.44', 'mcr.microsoft.com/azureiotedge-hub', '1.5.44'],
  ['localhost:5000/a', 'localhost:5000/a', undefined],
  [`a@sha256:${'0'.repeat(64)}`, 'a', undefined],
])('the image %s is %s with tag %s', (text, repository, tag) => {
  expect(parseImageName(text)).toMatchObject({ repository, tag });
});

test.each(['', 'A:1', 'a b:1', 'a:', '/a:1', 'a/:1', 'a@sha256:12', 'https://a/b:1'])('%j is no image', (text) => {
  expect(parseImageName(text)).toBeUndefined();
});

test('ports of the host collide on one protocol and address, ranges and every address included', () => {
  const port = (container: string, HostPort: string, HostIp?: string) =>
    hostPorts({
      HostConfig: { PortBindings: { [container]: [{ HostPort, ...(HostIp !== undefined && { HostIp }) }] } },
    })[0];
  const collide = (one: ReturnType<typeof port>, other: ReturnType<typeof port>) =>
    one !== undefined && other !== undefined && hostPortsCollide(one, other);
  expect(collide(port('80/tcp', '80'), port('81', '80'))).toBe(true);
  expect(collide(port('80/tcp', '80'), port('80/udp', '80'))).toBe(false);
  expect(collide(port('80/tcp', '80', '127.0.0.1'), port('80/tcp', '80', '0.0.0.0'))).toBe(true);
  expect(collide(port('80/tcp', '80', '127.0.0.1'), port('80/tcp', '80', '10.0.0.1'))).toBe(false);
  expect(collide(port('80/tcp', '80-90'), port('80/tcp', '85'))).toBe(true);
  expect(port('80/tcp', '')).toBeUndefined();
});
