import { describe, expect, test } from 'vitest';
import { compareVersions, deepStreamVersions, features, findVersions, hasFeature } from './index.ts';

const found = (text: string): readonly string[] | undefined =>
  findVersions(text, deepStreamVersions)?.map(({ version }) => version);

describe('the versions of DeepStream', () => {
  test('are in order, each once', () => {
    const names = deepStreamVersions.map(({ version }) => version);
    expect([...new Set(names)].sort(compareVersions)).toEqual(names);
  });

  test('have an image of their own version', () => {
    for (const { version, jetsonImage, x86Image } of deepStreamVersions) {
      for (const image of [jetsonImage, x86Image]) {
        if (image !== undefined) expect(found(image), image).toEqual([version]);
      }
    }
  });

  test.each([
    ['6.3', ['6.3']],
    ['DeepStream 6', ['6.0.1', '6.1.1', '6.2', '6.3', '6.4']],
    ['JetPack 5.1.2', ['6.2', '6.3']],
    ['jetpack 4.6', ['6.0.1']],
    ['R35.4.1', ['6.2', '6.3']],
    ['r36', ['6.4', '7.0', '7.1']],
    ['# R35 (release), REVISION: 4.1, GCID: 33958178, BOARD: t186ref', ['6.2', '6.3']],
    ['# R39 (release), REVISION: 2.0, GCID: 1', ['9.1']],
    ['nvcr.io/nvidia/deepstream-l4t:6.0.1-samples', ['6.0.1']],
    ['registry.example/mirror/deepstream:7.1-triton-multiarch', ['7.1']],
    ['R99', []],
  ])('%j asks for %j', (text, versions) => expect(found(text)).toEqual(versions));

  test.each(['', 'Orin', 'ubuntu:24.04', '6.x', 'deepstream:latest'])('%j asks for nothing that is known', (text) =>
    expect(found(text)).toBeUndefined(),
  );

  test('have a feature from its first version on', () => {
    const mqtt = features.find(({ name }) => name === 'mqtt adapter');
    if (mqtt === undefined) throw new Error('no mqtt adapter');
    expect(deepStreamVersions.filter((one) => hasFeature(one, mqtt)).map(({ version }) => version)[0]).toBe('6.3');
    expect(compareVersions('6.10', '6.9')).toBeGreaterThan(0);
    expect(compareVersions('6.0', '6.0.0')).toBe(0);
  });
});
