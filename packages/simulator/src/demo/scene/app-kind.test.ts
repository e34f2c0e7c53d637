import { expect, test } from 'vitest';
import { parseConfig } from '@companion/deepstream/config-file';
import { configFiles, demoAppConfig, demoAppKinds, type DemoAppKind } from './app-kind.ts';

function read(kind: DemoAppKind) {
  const name = demoAppConfig(kind);
  const parsed = parseConfig(configFiles(kind)[name] ?? '', name);
  if (!parsed.ok) throw new Error(parsed.error.message);
  return parsed.file;
}

test('every kind asks for the same camera once', () => {
  const camera = 'file://../../streams/yard/yard.y4m';
  for (const kind of demoAppKinds) {
    const texts = Object.values(configFiles(kind)).join('\n');
    expect(texts.split(camera), kind).toHaveLength(2);
  }
});

test('YAML says what the key file says, but for the sources', () => {
  const [keyFile, yaml] = [read('keyfile'), read('yaml')];
  const groups = keyFile.groups().filter((group) => group !== 'source0');
  expect(yaml.groups()).toEqual(expect.arrayContaining([...groups, 'source']));
  for (const group of groups) {
    for (const key of keyFile.keys(group))
      expect(yaml.get(group, key), `${group} ${key}`).toBe(keyFile.get(group, key));
  }
});

test('each kind is what it is called', () => {
  expect(read('source-list').get('source-list', 'num-source-bins')).toBe('1');
  expect(read('new-api').get('sink1', 'msg-conv-msg2p-new-api')).toBe('1');
  expect(read('protobuf').get('sink1', 'msg-conv-payload-type')).toBe('2');
});
