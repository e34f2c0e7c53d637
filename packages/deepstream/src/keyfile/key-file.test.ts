import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigEditError } from '../config-file/index.ts';
import type { ConfigEditErrorCode } from '../config-file/index.ts';
import { parseKeyFile } from './index.ts';
import type { KeyFile } from './index.ts';

function read(text: string | Uint8Array): KeyFile {
  const parsed = parseKeyFile(text);
  if (!parsed.ok) throw new Error(`line ${parsed.error.line}: ${parsed.error.reason}`);
  return parsed.file;
}

function edited(text: string, edit: (file: KeyFile) => void): string {
  const file = read(text);
  edit(file);
  return file.toString();
}

function codeOf(edit: () => void): ConfigEditErrorCode | 'none' {
  try {
    edit();
    return 'none';
  } catch (error) {
    if (error instanceof ConfigEditError) return error.code;
    throw error;
  }
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
    expect(file.string('a', 'none')).toEqual({ ok: false, fault: 'key-not-found' });
    expect(file.stringList('b', 'none')).toEqual({ ok: false, fault: 'group-not-found' });
    expect([file.get('b', 'x'), file.list('a', 'none'), file.keys('b')]).toEqual([undefined, [], []]);
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
      error: { code: 'invalid-line', line: 4, reason: '"no sign" is neither a key, nor a group, nor a comment' },
    });
    expect(parseKeyFile('x=1\n')).toMatchObject({ error: { code: 'key-before-group', line: 1 } });
    expect(parseKeyFile('[a]\n[b[]\n')).toMatchObject({ error: { code: 'invalid-group-name', line: 2 } });
    expect(parseKeyFile('[a]\na]b=1\n')).toMatchObject({ error: { code: 'invalid-key-name', line: 2 } });
    expect(parseKeyFile('[a]\nEncoding=x\n')).toMatchObject({ error: { code: 'unsupported-encoding', line: 2 } });
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

  test('that adds a key puts it after the last key of its group', () => {
    const added = edited(sinks, (file) => file.set('sink0', 'sync', '0'));
    expect(added).toBe(sinks.replace('type = 2\n', 'type = 2\nsync=0\n'));
    expect(edited('[a]\n\n[b]\n', (file) => file.set('a', 'x', '1'))).toBe('[a]\nx=1\n\n[b]\n');
    expect(edited('[a]\r\nx=1', (file) => file.set('a', 'y', '2'))).toBe('[a]\r\nx=1\r\ny=2');
    expect(edited('[a]\nx=1\n[b]\n[a]\ny=2\n', (file) => file.set('a', 'z', '3'))).toContain('y=2\nz=3\n');
  });

  test('that adds a group puts it at the end', () => {
    expect(edited('[a]\nx=1\n', (file) => file.set('b', 'y', '2'))).toBe('[a]\nx=1\n\n[b]\ny=2\n');
    expect(edited('[a]\nx=1', (file) => file.addGroup('b'))).toBe('[a]\nx=1\n\n[b]');
    expect(edited('[a]\n\n', (file) => file.addGroup('b'))).toBe('[a]\n\n[b]\n');
    expect(edited('', (file) => file.set('b', 'y', '2'))).toBe('[b]\ny=2\n');
    expect(edited(sinks, (file) => file.addGroup('sink0'))).toBe(sinks);
  });

  test('that removes a key removes its duplicates', () => {
    expect(edited('[a]\nx=1\n# c\nx=2\ny=3', (file) => expect(file.remove('a', 'x')).toBe(true))).toBe('[a]\n# c\ny=3');
    expect(edited('[a]\nx=1\n', (file) => expect(file.remove('a', 'y')).toBe(false))).toBe('[a]\nx=1\n');
  });

  test('that removes a group leaves the comment above the next one', () => {
    expect(edited(sinks, (file) => file.removeGroup('sink0'))).toBe('# sinks\n# out\n[sink3]\n#rtsp\nenable=0\n');
    expect(edited(sinks, (file) => file.removeGroup('sink3'))).toBe('# sinks\n[sink0]\nenable=1\ntype = 2\n\n# out\n');
    expect(edited('[a]\nx=1\n#y=1\n[b]\n[a]\n', (file) => file.removeGroup('a'))).toBe('[b]\n');
    expect(edited('[a]\nx[de]=1\n', (file) => expect(file.removeGroup('b')).toBe(false))).toBe('[a]\nx[de]=1\n');
  });

  test('that renames a group changes its headers only', () => {
    expect(edited(' [a] \nx=1\n[b]\n[a]\n', (file) => file.renameGroup('a', 'c'))).toBe(' [c] \nx=1\n[b]\n[c]\n');
    expect(codeOf(() => read('[a]\n[b]\n').renameGroup('a', 'b'))).toBe('group-exists');
    expect(codeOf(() => read('[a]\n').renameGroup('b', 'c'))).toBe('group-not-found');
    expect(codeOf(() => read('[a]\n').renameGroup('a', 'c]'))).toBe('invalid-group-name');
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
    expect(codeOf(() => file.set('a', key, value))).toBe(code);
    expect(codeOf(() => file.set('new', 'x', value === '1' || key === 'Encoding' ? '\n' : value))).toBe(
      'invalid-value',
    );
    expect(file.toString()).toBe('[a]\nx=1\n');
  });

  test('keeps bytes that are not UTF-8', () => {
    const bytes = Buffer.from('[a]\nx=\xe4\ny=1\n', 'latin1');
    const file = read(bytes);
    file.set('a', 'y', '2');
    expect(Buffer.from(file.toBytes()).toString('latin1')).toBe('[a]\nx=\xe4\ny=2\n');
    expect(file.string('a', 'x')).toEqual({ ok: false, fault: 'not-utf8' });
    expect(codeOf(() => file.set('a', 'y', '車'))).toBe('invalid-value');
  });
});

test('a file that was edited in any way reads back as what the model says', () => {
  const name = fc.constantFrom('a', 'b', 'c d', 'Encoding', 'x[C]', 'ü');
  const line = fc.oneof(
    fc.constantFrom('', '# c', ' [a]', '[b]\t', '[c d]', 'k[de]=1'),
    fc
      .tuple(name, fc.constantFrom('=', ' = ', '=\t'), fc.constantFrom('', '1', 'UTF-8', '1;2', '\\q'))
      .map((parts) => parts.join('')),
  );
  const text = fc
    .tuple(
      fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n')), { maxLength: 8 }),
      fc.constantFrom('', 'a=1', '[b]', '#'),
    )
    .map(([lines, tail]) => `[a]\n${lines.flat().join('')}${tail}`);
  const value = fc.constantFrom('', '1', 'x y', 'UTF-8', '\n', ' 1', '1\r');
  const step = fc.oneof(
    fc.tuple(name, name, value).map(
      ([group, key, to]) =>
        (file: KeyFile) =>
          file.set(group, key, to),
    ),
    fc.tuple(name, name).map(
      ([group, key]) =>
        (file: KeyFile) =>
          void file.remove(group, key),
    ),
    fc.tuple(name, name).map(
      ([group, to]) =>
        (file: KeyFile) =>
          file.renameGroup(group, to),
    ),
    name.map((group) => (file: KeyFile) => file.addGroup(group)),
  );
  fc.assert(
    fc.property(text, fc.array(step, { maxLength: 4 }), (before, steps) => {
      const parsed = parseKeyFile(before);
      if (!parsed.ok) return;
      const { file } = parsed;
      expect(file.toString()).toBe(before);
      for (const edit of steps) {
        const kept = file.toString();
        if (codeOf(() => edit(file)) !== 'none') expect(file.toString()).toBe(kept);
      }
      const again = parseKeyFile(file.toString());
      // Another group may have become the first one, whose `Encoding` has a meaning.
      if (!again.ok && again.error.code === 'unsupported-encoding') return;
      const show = (shown: KeyFile) =>
        shown
          .groups()
          .map((group) => [
            group,
            shown.keys(group).map((key) => [key, shown.get(group, key), shown.lineOf(group, key)]),
          ]);
      expect(again.ok && show(again.file)).toEqual(show(file));
    }),
    { numRuns: 2000 },
  );
});
