import { describe, expect, test } from 'vitest';
import { checkAppConfig } from './index.ts';

const groups: Readonly<Record<string, string>> = {
  application: 'enable-perf-measurement=1',
  source0: 'enable=1\ntype=2\nuri=rtsp://a/1',
  sink0: 'enable=1\ntype=1',
  streammux: 'batch-size=1',
  'primary-gie': 'enable=1\ngie-unique-id=1\nconfig-file=/opt/infer.txt',
};

interface Terms {
  readonly asApp?: boolean;
  readonly writable?: readonly string[];
}

/** Findings of stage parser as `severity code line`, of an app config with changed and added groups. */
function refusals(changes: Readonly<Record<string, string | undefined>>, { asApp = false, writable = [] }: Terms = {}) {
  const text = Object.entries({ ...groups, ...changes })
    .filter(([, body]) => body !== undefined)
    .map(([group, body]) => `[${group}]\n${body ?? ''}\n`)
    .join('');
  const report = checkAppConfig({
    path: '/r/app.txt',
    files: {
      read: (path) => (path === '/r/app.txt' ? new TextEncoder().encode(text) : undefined),
      exists: (path) => (path.startsWith('/r/') ? false : undefined),
      writable: (directory) => writable.includes(directory),
    },
    asApp,
  });
  const lines = text.split('\n');
  return report.diagnostics
    .filter(({ stage }) => stage === 'parser')
    .map(({ severity, code, at }) => `${severity} ${code} ${lines[at.line - 1] ?? ''}`);
}

describe("what DeepStream's own parser of key files refuses", () => {
  test('nothing in a sound config, and nothing about keys that it does not know', () => {
    expect(refusals({})).toEqual([]);
    expect(
      refusals({ streammux: 'batch-sise=x\nbatch-size=1', unknown: 'type=x', 'primary-gie2': 'enable=x' }),
    ).toEqual([]);
  });

  test.each([
    ['5', true],
    ['+5', true],
    ['-1', true],
    ['5 # cameras', true],
    ['2147483647', true],
    ['2147483648', false],
    ['-2147483649', false],
    ['', false],
    ['abc', false],
    ['1.5', false],
    ['0x10', false],
    ['true', false],
    ['5#', false],
  ])('an integer of %j is read: %s', (value, read) => {
    const found = refusals({ osd: `border-width=${value}` });
    expect(found).toEqual(read ? [] : [`error invalid-number border-width=${value}`]);
  });

  test.each([
    ['1', true],
    ['true', true],
    ['false ', true],
    ['', false],
    ['True', false],
    ['2', false],
    ['1.5', false],
    ['0 # off', false],
  ])('a boolean of %j is read: %s', (value, read) => {
    const found = refusals({ streammux: `sort-batch=${value}` });
    expect(found).toEqual(read ? [] : [`error invalid-value sort-batch=${value}`]);
  });

  test.each([
    ['osd', 'text-color', '1;0;0;1', true],
    ['osd', 'text-color', '0.3;.5;1e0;1;', true],
    ['osd', 'text-color', '1;0;0', false],
    ['osd', 'clock-color', '1;0;0;1;0', false],
    ['osd', 'text-bg-color', '1;0;0;x', false],
    ['osd', 'text-bg-color', '', false],
    ['img-save', 'min-confidence', '0.5', true],
    ['img-save', 'min-confidence', '0.5 # c', false],
    ['img-save', 'second-to-skip-interval', '', false],
    ['streammux', 'max-latency', '18446744073709551615', true],
    ['streammux', 'frame-duration', '5 ', false],
    ['osd', 'font', 'Serif', true],
    ['osd', 'font', 'a\\qb', false],
    ['message-consumer0', 'subscribe-topic-list', 'a;b', true],
    ['message-consumer0', 'subscribe-topic-list', '', false],
    ['visionencoder', 'ofa-motion-threshold', 'high', false],
    ['replay', 'label-width', 'wide', false],
    ['dewarper0', 'gpu-id', 'x', false],
  ])('[%s] %s=%s is read: %s', (group, key, value, read) => {
    expect(refusals({ [group]: `${key}=${value}` }).length > 0).toBe(!read);
  });

  test('only what it reads: groups of sources, sinks and gies count where enable is a number other than zero', () => {
    for (const [group, rest] of [
      ['source1', 'type=x'],
      ['sink1', 'codec=x'],
      ['secondary-gie0', 'batch-size=x'],
    ] as const) {
      for (const off of ['enable=0\n', '', 'enable=true\n', 'enable=\n', 'enable=99999999999\n']) {
        expect(refusals({ [group]: off + rest })).toEqual([]);
      }
      expect(refusals({ [group]: `enable=1\n${rest}` })).toContain(`error invalid-number ${rest}`);
    }
    // The keys of any other group are read whether it is on or not.
    expect(refusals({ tracker: 'enable=0\ntracker-width=x' })).toEqual(['error invalid-number tracker-width=x']);
    expect(refusals({ 'message-converter': 'enable=no' })).toEqual(['error invalid-number enable=no']);
  });

  test("a sink's keys behind its first converter key end the group instead of the app", () => {
    expect(refusals({ sink1: 'enable=1\nsync=x\nmsg-conv-payload-type=1' })).toEqual(['error invalid-number sync=x']);
    expect(refusals({ sink1: 'enable=1\nmsg-conv-payload-type=1\nsync=x' })).toEqual([]);
    expect(refusals({ sink1: 'enable=1\nmsg-conv-payload-type=1\nmsg-conv-msg2p-new-api=yes' })).toEqual([
      'error invalid-value msg-conv-msg2p-new-api=yes',
    ]);
  });

  test('a key that the parser looks for in another group', () => {
    const source = `${groups['source0'] ?? ''}\nextract-sei-type5-data=1`;
    expect(refusals({ source0: source })).toEqual(['error invalid-value extract-sei-type5-data=1']);
    expect(refusals({ source0: source.replace('enable=1', 'enable=0') })).toEqual([]);
    expect(refusals({ streammux: 'batch-size=1\nextract-sei-type5-data=1' })).toEqual([]);
  });

  test('a plugin-type that is no number is met at the next key', () => {
    const gie = 'enable=1\nconfig-file=/opt/a\n';
    expect(refusals({ 'primary-gie': `${gie}plugin-type=x` })).toEqual([]);
    expect(refusals({ 'primary-gie': `${gie}plugin-type=x\ninterval=0` })).toEqual([
      'error invalid-number plugin-type=x',
    ]);
  });

  test('the names and numbers of sources', () => {
    const on = 'enable=1\ntype=2\nuri=rtsp://a/1';
    expect(refusals({ source00: on })).toEqual(['error source-number-twice [source00]']);
    expect(refusals({ source00: 'enable=0' })).toEqual([]);
    expect(refusals({ source7: on, source07: on })).toEqual(['error source-number-twice [source07]']);
    for (const name of ['sourceX', 'source', 'source1x', 'sources0']) {
      expect(refusals({ [name]: 'enable=0' })).toEqual([`error group-name [${name}]`]);
    }
    expect(refusals({ source: 'csv-file-path=a.csv' })).toEqual(['error group-name [source]']);
    expect(refusals({ dewarper: 'enable=1' })).toEqual(['error group-name [dewarper]']);
    expect(refusals({ dewarper0: 'enable=1', dewarper1: 'enable=1' })).toEqual(['error too-many-groups [dewarper1]']);
  });

  test('gies without a config or an id of their own', () => {
    expect(refusals({ 'primary-gie': 'enable=1' })).toEqual(['error config-file-missing [primary-gie]']);
    const gie = (id: string) => `enable=1\nconfig-file=/opt/a\n${id}`;
    expect(refusals({ 'secondary-gie0': gie('gie-unique-id=2') })).toEqual([]);
    expect(refusals({ 'secondary-gie0': gie('gie-unique-id=1') })).toEqual(['error gie-id-conflict gie-unique-id=1']);
    // No id is 0, and so is that of a first inference that is not there.
    expect(refusals({ 'secondary-gie0': gie(''), 'secondary-gie1': gie('') })).toEqual([
      'error gie-id-conflict [secondary-gie1]',
    ]);
    expect(refusals({ 'primary-gie': undefined, 'secondary-gie0': gie('') })).toEqual([
      'error gie-id-conflict [secondary-gie0]',
    ]);
  });

  test('labels that are not there, and no other file', () => {
    const gie = 'enable=1\nconfig-file=infer.txt\n';
    expect(refusals({ 'primary-gie': gie })).toEqual([]);
    expect(refusals({ 'primary-gie': `${gie}labelfile-path=l.txt` })).toEqual([
      'error reference-missing labelfile-path=l.txt',
    ]);
  });

  test('a directory for recordings: an error on the device, a warning elsewhere', () => {
    const source = (directory: string) => ({ source0: `${groups['source0'] ?? ''}\nsmart-rec-dir-path=${directory}` });
    expect(refusals(source('/mnt/rec'))).toEqual(['warning directory-not-writable smart-rec-dir-path=/mnt/rec']);
    expect(refusals(source('/mnt/rec'), { asApp: true })).toEqual([
      'error directory-not-writable smart-rec-dir-path=/mnt/rec',
    ]);
    expect(refusals(source('/mnt/rec'), { writable: ['/mnt/rec'] })).toEqual([]);
    expect(refusals(source('.'), { asApp: true })).toEqual([]);
    expect(refusals(source(''))).toEqual(['error directory-not-writable smart-rec-dir-path=']);
  });
});

describe('what it refuses of a list of sources', () => {
  const all = { source0: undefined, 'source-attr-all': 'enable=1\ntype=3' };
  const list = (...lines: readonly string[]) => refusals({ ...all, 'source-list': lines.join('\n') });

  test('nothing where list, ids and names are as many as it says', () => {
    expect(
      list('num-source-bins=2', 'list=rtsp://a;file://b.mp4', 'sensor-id-list=a;b', 'sensor-name-list=A;B'),
    ).toEqual([]);
    expect(list('num-source-bins=2', 'list=csi:0;usb:1;', 'sensor-id-list=a;b;', 'sensor-name-list=A;B')).toEqual([]);
    expect(list('list=rtsp://a')).toEqual([]);
    expect(list('num-source-bins=0', 'use-nvmultiurisrcbin=1', 'max-batch-size=4')).toEqual([]);
  });

  test('counts that differ, ids and names included', () => {
    const both = ['sensor-id-list=a;b', 'sensor-name-list=A;B'];
    expect(list('num-source-bins=3', 'list=rtsp://a;rtsp://b', ...both)).toHaveLength(3);
    expect(list('num-source-bins=2', 'list=rtsp://a;rtsp://b', 'sensor-id-list=a;b')).toEqual([
      'error source-list-count [source-list]',
    ]);
    expect(list('num-source-bins=x', 'list=rtsp://a')).toContain('error invalid-number num-source-bins=x');
    expect(list('num-source-bins=-1')).toEqual(['error too-many-groups num-source-bins=-1']);
  });

  test.each(['http://a', 'rtsps://a', 'a.mp4', 'csi:', 'csi:x', 'abc:1', ''])('the source %j', (uri) => {
    expect(list(`list=rtsp://a;${uri};`)).toEqual([`error invalid-uri list=rtsp://a;${uri};`]);
  });

  test('a missing [source-attr-all], and groups beside it that it has no place for', () => {
    expect(refusals({ source0: undefined, 'source-list': 'list=rtsp://a' })).toEqual([
      'error source-attr-all-missing [source-list]',
    ]);
    const beside = (group: string, body: string) => refusals({ ...all, 'source-list': 'list=rtsp://a', [group]: body });
    expect(beside('source1', 'enable=0')).toEqual(['error source-list-count [source1]']);
    expect(beside('source0', 'enable=1\nlatency=200')).toEqual([]);
    expect(beside('source0', 'enable=1\ntype=3')).toEqual(['error source-type-mismatch type=3']);
  });
});
