import { describe, expect, test } from 'vitest';
import { describeConfigFile, readConfig, refusalOf } from '../testing/config-file-contract.ts';
import { parseKeyFile } from './index.ts';
import type { KeyFile } from './index.ts';

describeConfigFile('a key file', {
  kind: 'keyfile',
  parse: parseKeyFile,
  header: (name) => `[${name}]`,
  pair: (key, value) => `${key}=${value}`,
  pieces: [
    '[a]',
    '[',
    ']',
    '=',
    'a',
    'b=1',
    'Encoding',
    'UTF-8',
    'x[de]',
    ' ',
    '\t',
    '\n',
    '\n',
    '\r\n',
    '\r',
    '#',
    ';',
    '\\',
    '\0',
    '\v',
    'ü',
  ],
  lines: [' [a]', '[b]\t', 'k[de]=1', 'a = 1', 'x[C]=\t\\q', 'Encoding=UTF-8', 'Encoding = 1', ' ü=1'],
  names: ['Encoding', 'x[C]', 'x[de]'],
  // Another group may have become the first one, whose `Encoding` has a meaning.
  dependsOnPlace: 'unsupported-encoding',
  severalLines: [],
});

function read(text: string | Uint8Array): KeyFile {
  return readConfig(parseKeyFile(text));
}

function edited(text: string, edit: (file: KeyFile) => void): string {
  const file = read(text);
  edit(file);
  return file.toString();
}

const sinks = '# sinks\n[sink0]\nenable=1\ntype = 2\n\n# out\n[sink3]\n#rtsp\nenable=0\n';

describe('reading', () => {
  test('gives values raw, strings unescaped and lists split', () => {
    const file = read('[a]\nx = 1;0;;\\;z;\nquoted="a b" # c\nuri=rtsp://u:p#1@h\nspace=\\sx\n');
    expect(file.get('a', 'x')).toBe('1;0;;\\;z;');
    expect(file.list('a', 'x')).toEqual(['1', '0', '', ';z']);
    expect(file.get('a', 'quoted')).toBe('"a b" # c');
    expect(file.get('a', 'uri')).toBe('rtsp://u:p#1@h');
    expect(file.string('a', 'space')).toEqual({ ok: true, value: ' x' });
  });

  test('says why there is no value', () => {
    const file = read('[a]\nbad=C:\\dir\n');
    expect(file.string('a', 'bad')).toEqual({ ok: false, fault: 'invalid-escape' });
    expect(file.list('a', 'bad')).toEqual(['C:\\dir']);
    expect(file.stringList('a', 'none')).toEqual({ ok: false, fault: 'key-not-found' });
    expect(file.stringList('b', 'none')).toEqual({ ok: false, fault: 'group-not-found' });
  });

  test('lets the last duplicate win, merges groups and tells of both', () => {
    const file = read('[a]\nx=1\nx=2\n[b]\n[a]\ny=1\nx=3\n');
    expect(file.groups()).toEqual(['a', 'b']);
    expect(file.keys('a')).toEqual(['x', 'y']);
    expect(file.get('a', 'x')).toBe('3');
    expect([file.lineOf('a'), file.lineOf('a', 'x'), file.lineOf('a', 'z')]).toEqual([1, 7, undefined]);
    expect(file.duplicates()).toEqual([
      { group: 'a', key: undefined, lines: [1, 5] },
      { group: 'a', key: 'x', lines: [2, 3, 7] },
    ]);
  });

  test('tells line and reason of what GLib refuses', () => {
    expect(parseKeyFile('[a]\n\nx=1\nno sign\n')).toEqual({
      ok: false,
      error: {
        severity: 'error',
        code: 'invalid-line',
        at: { line: 4 },
        message: '"no sign" is neither a key, nor a group, nor a comment',
      },
    });
    expect(parseKeyFile('x=1\n')).toMatchObject({ error: { code: 'key-before-group', at: { line: 1 } } });
    expect(parseKeyFile('[a]\n[b[]\n')).toMatchObject({ error: { code: 'invalid-group-name', at: { line: 2 } } });
    expect(parseKeyFile('[a]\na]b=1\n')).toMatchObject({ error: { code: 'invalid-key-name', at: { line: 2 } } });
    expect(parseKeyFile('[a]\nEncoding=x\n')).toMatchObject({
      error: { code: 'unsupported-encoding', at: { line: 2 } },
    });
  });

  test('takes linear time on hostile files', () => {
    const mib = 1 << 20;
    const started = performance.now();
    for (const text of ['[g]\n'.repeat(mib / 4), `[g]\n${'a=\n'.repeat(mib / 3)}`, `[g]\na=${';'.repeat(mib)}`]) {
      const file = read(text);
      file.list('g', 'a');
      file.duplicates();
      file.remove('g', 'a');
      file.removeGroup('g');
    }
    for (const text of ['['.repeat(mib), '='.repeat(mib), `[g]\n${'\\'.repeat(mib)}`]) parseKeyFile(text);
    // Anything quadratic takes minutes.
    expect(performance.now() - started).toBeLessThan(10_000);
  });
});

describe('an edit', () => {
  test('of a value changes nothing else of its line', () => {
    expect(edited('[a]\r\n  x \t=  1;2 \r\ny=2', (file) => file.set('a', 'x', '3'))).toBe('[a]\r\n  x \t=  3\r\ny=2');
    expect(edited('[a]\nx=1\nx=2\n', (file) => file.set('a', 'x', '3'))).toBe('[a]\nx=1\nx=3\n');
    expect(edited('[a]\nx=  \n', (file) => file.set('a', 'x', 'y'))).toBe('[a]\nx=  y\n');
  });

  test('that adds a key finds the last block of its group, and the key above its comments', () => {
    const added = edited(sinks, (file) => file.set('sink0', 'sync', '0'));
    expect(added).toBe(sinks.replace('type = 2\n', 'type = 2\nsync=0\n'));
    expect(edited('[a]\n\n[b]\n', (file) => file.set('a', 'x', '1'))).toBe('[a]\nx=1\n\n[b]\n');
    expect(edited('[a]\nx=1\n[b]\n[a]\ny=2\n', (file) => file.set('a', 'z', '3'))).toContain('y=2\nz=3\n');
  });

  test('that removes a group removes every block of it, with comments that are not set apart', () => {
    expect(edited('[a]\nx=1\n#y=1\n[b]\n[a]\n', (file) => file.removeGroup('a'))).toBe('[b]\n');
    expect(edited('[a]\nx[de]=1\n', (file) => expect(file.removeGroup('b')).toBe(false))).toBe('[a]\nx[de]=1\n');
  });

  test('that renames a group changes each of its headers', () => {
    expect(edited(' [a] \nx=1\n[b]\n[a]\n', (file) => file.renameGroup('a', 'c'))).toBe(' [c] \nx=1\n[b]\n[c]\n');
    expect(refusalOf(() => read('[a]\n').renameGroup('a', 'c]'))).toBe('invalid-group-name');
  });

  test.each([
    ['a line break', 'x', '1\ny=2', 'invalid-value'],
    ['a carriage return at the end', 'x', '1\r', 'invalid-value'],
    ['a NUL', 'x', '1\0', 'invalid-value'],
    ['white space at the start', 'x', ' 1', 'invalid-value'],
    ['another encoding', 'Encoding', 'latin1', 'invalid-value'],
    ['a key with a sign', 'x=y', '1', 'invalid-key-name'],
    ['a key that is a comment', '#x', '1', 'invalid-key-name'],
    ['a key that is a group', '[x]', '1', 'invalid-key-name'],
    ['a key with a line break', 'x\ny', '1', 'invalid-key-name'],
    ['a translation, which GLib would not read', 'x[de]', '1', 'invalid-key-name'],
    ['no key', '', '1', 'invalid-key-name'],
  ])('with %s is refused and changes nothing', (_, key, value, code) => {
    const file = read('[a]\nx=1\n');
    expect(refusalOf(() => file.set('a', key, value))).toBe(code);
    expect(refusalOf(() => file.set('new', 'x', value === '1' || key === 'Encoding' ? '\n' : value))).toBe(
      'invalid-value',
    );
    expect(file.toString()).toBe('[a]\nx=1\n');
  });

  test('leaves a value that is not UTF-8 without a string', () => {
    expect(read(Buffer.from('[a]\nx=\xe4\n', 'latin1')).string('a', 'x')).toEqual({ ok: false, fault: 'not-utf8' });
  });
});
