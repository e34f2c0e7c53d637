import { describe, expect, test } from 'vitest';
import type { ConfigFile } from '../editing/config-file.ts';
import { describeConfigFile, readConfig, refusalOf } from '../testing/config-file-contract.ts';
import { parseYamlConfig } from './index.ts';

describeConfigFile('a YAML config', {
  kind: 'yaml',
  parse: parseYamlConfig,
  header: (name) => `${name}:`,
  pair: (key, value) => `  ${key}: ${value}`,
  pieces: [
    'a',
    ': ',
    '\n',
    '  ',
    '- ',
    '"',
    "'",
    '[',
    ']',
    '{',
    '}',
    '#',
    '|',
    '>',
    '&x',
    '*x',
    '!t ',
    '%YAML:1.0\n',
    '---\n',
    '? ',
    ',',
    '\t',
    '\r\n',
    '\0',
  ],
  lines: ['---', '  - x', 'a: {x: 1}', '  b: |', '    text', '"q": 1', '  a: "1" # c', '    deep: 1', 'x: 1'],
  names: ['q', 'a: b', '- a'],
  severalLines: ['cameraModelFilepath', 'customlib-props', 'x', 'y'],
});

const app = `# two cameras
source:
  csv-file-path: cams.csv   # beside this file

sink0:
  enable: 1
  text-color: 1;0;0;1
  name: "a \\"b\\""
  other: 'it''s'
  empty:

# of the tracker
tracker:
    ll-lib-file: /lib/a.so
    dims: [3, 256, 128]
    files:
      - a.yml
      - b.yml
tests:
`;

function read(text: string | Uint8Array): ConfigFile {
  return readConfig(parseYamlConfig(text));
}

function refusal(text: string): string {
  const parsed = parseYamlConfig(text);
  return parsed.ok ? 'read' : `${parsed.error.code} ${parsed.error.at.line}`;
}

describe('a YAML config', () => {
  test('reads every scalar as the text that yaml-cpp hands out', () => {
    const file = read(app);
    expect(file.groups()).toEqual(['source', 'sink0', 'tracker', 'tests']);
    expect(file.keys('sink0')).toEqual(['enable', 'text-color', 'name', 'other', 'empty']);
    expect(file.keys('tests')).toEqual([]);
    expect(file.get('source', 'csv-file-path')).toBe('cams.csv');
    expect(file.get('sink0', 'name')).toBe('a "b"');
    expect(file.get('sink0', 'other')).toBe("it's");
    expect(file.get('sink0', 'empty')).toBe('');
    expect(file.list('sink0', 'text-color')).toEqual(['1', '0', '0', '1']);
    expect(file.get('tracker', 'dims')).toBe('[3, 256, 128]');
    expect(file.list('tracker', 'dims')).toEqual(['3', '256', '128']);
    expect(file.list('tracker', 'files')).toEqual(['a.yml', 'b.yml']);
    expect([file.lineOf('tracker'), file.lineOf('tracker', 'dims'), file.lineOf('none')]).toEqual([13, 15, undefined]);
    expect(file.string('sink0', 'nope')).toEqual({ ok: false, fault: 'key-not-found' });
    expect(read('number: 007\nflag: yes\n').get('', 'number')).toBe('007');
  });

  test('counts the last of two equal keys and the first of two equal groups', () => {
    const file = read('a:\n  x: 1\n  x: 2\nb:\n  y: 1\na:\n  z: 3\n');
    expect([file.get('a', 'x'), file.get('a', 'z')]).toEqual(['2', undefined]);
    expect(file.duplicates()).toEqual([
      { group: 'a', key: undefined, lines: [1, 6] },
      { group: 'a', key: 'x', lines: [2, 3] },
    ]);
    file.set('a', 'x', '9');
    expect(file.toString()).toContain('  x: 1\n  x: 9\n');
    file.remove('a', 'x');
    expect(file.toString()).toBe('a:\nb:\n  y: 1\na:\n  z: 3\n');
  });

  test("reads OpenCV's directive, which has no document start behind it", () => {
    const text = '%YAML:1.0\n#####\nBaseConfig:\n  minDetectorConfidence: 0\n';
    const file = read(text);
    file.set('BaseConfig', 'minDetectorConfidence', '0.5');
    expect(file.toString()).toBe(text.replace('Confidence: 0', 'Confidence: 0.5'));
    expect(read('%YAML 1.2\n---\na:\n  x: 1\n').get('a', 'x')).toBe('1');
  });

  test.each([
    ['behind comments', '# licence\n#\n%YAML:1.0\n####\n'],
    ['behind blank lines', '\n \t\n%YAML:1.0\n'],
    ['behind a byte order mark and a comment', '\u{feff}# x\n%YAML:1.0\n'],
    ['of YAML 1.2 with no document start', '# licence\n%YAML 1.2\n\n'],
    ['with a document start', '# licence\n%YAML:1.0\n---\n'],
  ])('reads and edits a file with a %%YAML directive %s, as NVIDIA ships them', (_, head) => {
    const file = read(`${head}BaseConfig:\n  minDetectorConfidence: 0\n`);
    expect(file.get('BaseConfig', 'minDetectorConfidence')).toBe('0');
    file.set('BaseConfig', 'minDetectorConfidence', '0.5');
    file.set('NvDCF', 'x', '1');
    expect(file.toString()).toBe(`${head}BaseConfig:\n  minDetectorConfidence: 0.5\n\nNvDCF:\n  x: 1\n`);
  });

  test('takes tabs where yaml-cpp takes them', () => {
    const text = 'a:\t\n  x:\t1\t\n\t\n\t# c\n  y: [1,\n\t\t\t2,\n  \t\t3]\n  z: "a\tb" \t# d\n';
    const file = read(text);
    expect([file.get('a', 'x'), file.get('a', 'z')]).toEqual(['1', 'a\tb']);
    expect(file.list('a', 'y')).toEqual(['1', '2', '3']);
    file.set('a', 'x', '2');
    expect(file.toString()).toBe(text.replace('x:\t1', 'x:\t2'));
  });

  test('reads the first of several documents, as DeepStream does, and edits only there', () => {
    const text = '%YAML 1.2\n---\na:\n  x: 1\n\n# the next\n---\na:\n  x: 2\n---\nb: [\n';
    const file = read(text);
    expect([file.groups(), file.get('a', 'x'), file.get('b', '')]).toEqual([['a'], '1', undefined]);
    file.set('a', 'x', '3');
    file.set('c', 'y', '4');
    expect(file.toString()).toBe(
      '%YAML 1.2\n---\na:\n  x: 3\n\n# the next\n\nc:\n  y: 4\n---\na:\n  x: 2\n---\nb: [\n',
    );
    expect(read(file.toString()).get('c', 'y')).toBe('4');
  });

  test('rewrites a value in its line, in the quotes and with the remark that stand there', () => {
    const file = read(app);
    file.set('source', 'csv-file-path', '../x #1.csv');
    file.set('sink0', 'name', 'c"d');
    file.set('sink0', 'other', "that's");
    file.set('sink0', 'empty', 'now: not');
    file.set('tracker', 'dims', '[1, 2]');
    const lines = file.toString().split('\n');
    expect(lines[2]).toBe('  csv-file-path: "../x #1.csv"   # beside this file');
    expect(lines[7]).toBe('  name: "c\\"d"');
    expect(lines[8]).toBe("  other: 'that''s'");
    expect(lines[9]).toBe('  empty: "now: not"');
    expect(lines[14]).toBe('    dims: [1, 2]');
    expect(file.list('tracker', 'dims')).toEqual(['1', '2']);
    const before = read(app);
    for (const group of before.groups()) {
      for (const key of before.keys(group)) {
        if (key !== 'files') file.set(group, key, before.get(group, key) ?? '');
      }
    }
    expect(file.toString()).toBe(app);
  });

  test('adds keys behind the last one of their group, and groups at the end', () => {
    const file = read(app);
    file.set('tracker', 'enable', '1');
    file.set('tests', 'file-loop', '1');
    file.set('sink1', 'type', '4');
    expect(file.toString()).toBe(
      app.replace('- b.yml\n', '- b.yml\n    enable: 1\n') + '  file-loop: 1\n\nsink1:\n  type: 4\n',
    );
  });

  test('removes what was asked for, comments that belong to the next group stay', () => {
    const file = read(app);
    expect(file.remove('tracker', 'files')).toBe(true);
    expect(file.remove('tracker', 'files')).toBe(false);
    expect(file.toString()).not.toContain('a.yml');
    expect(file.removeGroup('sink0')).toBe(true);
    expect(file.removeGroup('sink0')).toBe(false);
    expect(file.toString().split('\n').slice(2, 7)).toEqual([
      '  csv-file-path: cams.csv   # beside this file',
      '',
      '# of the tracker',
      'tracker:',
      '    ll-lib-file: /lib/a.so',
    ]);
  });

  test('renames a group in every header', () => {
    const file = read('a: # first\n  x: 1\nb:\na:\n  y: 1\n');
    file.renameGroup('a', 'c');
    expect(file.toString()).toBe('c: # first\n  x: 1\nb:\nc:\n  y: 1\n');
  });

  test('keeps a byte order mark', () => {
    const file = read('\u{feff}a:\r\n  x: 1\r\n  y: 2');
    file.set('a', 'x', '3');
    file.set('a', 'z', '4');
    expect(file.toString()).toBe('\u{feff}a:\r\n  x: 3\r\n  y: 2\r\n  z: 4');
  });

  test('refuses edits that no single line can take, and leaves the file as it was', () => {
    const text = 'flow: {a: 1, b: 2}\nblock:\n  text: |\n    one\n    two\n  nested:\n    x: 1\n';
    const file = read(text);
    expect(refusalOf(() => file.set('flow', 'a', '2'))).toBe('not-one-line');
    expect(refusalOf(() => file.set('flow', 'c', '2'))).toBe('not-one-line');
    expect(refusalOf(() => file.set('block', 'text', 'x'))).toBe('not-one-line');
    expect(refusalOf(() => file.set('block', 'nested', 'x'))).toBe('not-one-line');
    expect(refusalOf(() => file.set('block', 'x: y', '1'))).toBe('invalid-key-name');
    expect(refusalOf(() => file.set('new: group', 'x', '1'))).toBe('invalid-group-name');
    expect(refusalOf(() => file.set('block', 'x', 'a\nb'))).toBe('none');
    file.remove('block', 'x');
    expect(file.toString()).toBe(text);
  });

  test.each([
    ['an alias', 'a: *x\n', 'alias 1'],
    ['an alias of an anchor', 'a: &x\n  b: 1\nc: *x\n', 'alias 3'],
    ['a sequence', '- a\n- b\n', 'not-a-mapping 1'],
    ['an open bracket', 'a:\n  x: [1\n', 'invalid-yaml 2'],
    ['a tab for indentation', 'a:\n\tx: 1\n', 'invalid-yaml 2'],
    ['thousands of levels', `a: ${'['.repeat(5000)}`, 'too-deep 1'],
    ['more than 128 KiB', 'a: 1\n'.repeat(2 ** 15), 'too-large 1'],
    ['a line of more than 32 KiB', `g:\n  a: ${'{}'.repeat(2 ** 15)}\n`, 'too-large 2'],
  ])('refuses %s with its line', (_, text, expected) => {
    expect(refusal(text)).toBe(expected);
  });

  test('is bounded in time and depth on hostile files', () => {
    const half = 2 ** 17;
    const hostile = [
      '- '.repeat(20_000),
      '? '.repeat(20_000),
      '['.repeat(half),
      '|'.repeat(half),
      `a: ${';'.repeat(half)}`,
      'a: 1\n'.repeat(half / 16),
      `a:\n${'  x: 1\n'.repeat(half / 16)}`,
      `a: &a [x]\n${'b: [*a, *a, *a]\n'.repeat(1000)}`,
    ];
    const started = performance.now();
    for (const text of hostile) {
      const parsed = parseYamlConfig(text);
      if (parsed.ok)
        for (const group of parsed.file.groups()) parsed.file.keys(group).map((key) => parsed.file.get(group, key));
    }
    expect(performance.now() - started).toBeLessThan(15_000);
  });
});

test('a new group goes to the left margin of a file that starts with a byte order mark', () => {
  const file = read('\u{feff}g:\n  a: 1\nh:\n');
  file.set('zz', 'k', '9');
  expect(file.toString()).toBe('\u{feff}g:\n  a: 1\nh:\n\nzz:\n  k: 9\n');
  expect(read(file.toString()).get('zz', 'k')).toBe('9');
});
