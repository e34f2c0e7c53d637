import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { ConfigEditError, type ConfigEditErrorCode } from '../editing/config-edit-error.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import type { LineDiagnostic } from '../editing/line-diagnostic.ts';
import { corporaOf, type CorpusConfig } from './config-corpus.ts';

/** What a parser gives. */
type Parsed =
  { readonly ok: true; readonly file: ConfigFile } | { readonly ok: false; readonly error: LineDiagnostic<string> };

/** One format of configs, as the contract needs it. */
export interface ConfigFormat {
  readonly kind: CorpusConfig['kind'];
  readonly parse: (input: string | Uint8Array) => Parsed;
  /** The line of a group's header, and of a pair in a group. */
  readonly header: (name: string) => string;
  readonly pair: (key: string, value: string) => string;
  /** Pieces of text that mean something in the format, alone or in the wrong place. */
  readonly pieces: readonly string[];
  /** Lines and names that only this format has, for generated files. */
  readonly lines: readonly string[];
  readonly names: readonly string[];
  /** The code of an error that a line may get because a group above it went. */
  readonly dependsOnPlace?: string;
  /** Keys of the real configs whose values are not one line of their own. */
  readonly severalLines: readonly string[];
}

/** The file, or an error with the line. */
export function readConfig<F>(
  parsed: { readonly ok: true; readonly file: F } | { readonly ok: false; readonly error: LineDiagnostic<string> },
): F {
  if (!parsed.ok) throw new Error(`line ${parsed.error.at.line}: ${parsed.error.message}`);
  return parsed.file;
}

/** The code with which an edit is refused. */
export function refusalOf(edit: () => void): ConfigEditErrorCode | 'none' {
  try {
    edit();
    return 'none';
  } catch (error) {
    if (error instanceof ConfigEditError) return error.code;
    throw error;
  }
}

/** What `ConfigFile` promises of every format. */
export function describeConfigFile(name: string, format: ConfigFormat): void {
  const { header, pair } = format;
  const read = (input: string | Uint8Array): ConfigFile => readConfig(format.parse(input));
  const write = (lines: readonly string[], eol = '\n'): string => lines.map((line) => line + eol).join('');
  const sinks = ['# all', header('sink0'), pair('enable', '1'), pair('color', '1;0;0;1'), '', '# out', header('sink3')];
  const text = write([...sinks, pair('enable', '0')]);
  const edited = (before: string, edit: (file: ConfigFile) => void): string => {
    const file = read(before);
    edit(file);
    return file.toString();
  };

  describe(`${name}: reading`, () => {
    test('gives groups, keys, values, lists and their lines', () => {
      const file = read(text);
      expect(file.format).toBe(format.kind);
      expect(file.groups()).toEqual(['sink0', 'sink3']);
      expect(file.keys('sink0')).toEqual(['enable', 'color']);
      expect(file.get('sink0', 'color')).toBe('1;0;0;1');
      expect(file.string('sink0', 'color')).toEqual({ ok: true, value: '1;0;0;1' });
      expect(file.list('sink0', 'color')).toEqual(['1', '0', '0', '1']);
      expect([file.lineOf('sink0'), file.lineOf('sink0', 'color'), file.lineOf('sink3')]).toEqual([2, 4, 7]);
    });

    test('says what is missing', () => {
      const file = read(text);
      expect(file.string('sink0', 'none')).toEqual({ ok: false, fault: 'key-not-found' });
      expect(file.string('none', 'enable')).toEqual({ ok: false, fault: 'group-not-found' });
      expect([file.get('none', 'x'), file.keys('none'), file.list('sink0', 'none')]).toEqual([undefined, [], []]);
      expect([file.lineOf('none'), file.lineOf('sink0', 'none')]).toEqual([undefined, undefined]);
      expect([file.remove('sink0', 'none'), file.removeGroup('none')]).toEqual([false, false]);
      expect(file.toString()).toBe(text);
    });

    test('lets the last of equal keys win and tells of all', () => {
      const file = read(write([header('a'), pair('x', '1'), pair('x', '2'), header('b')]));
      expect([file.get('a', 'x'), file.lineOf('a', 'x')]).toEqual(['2', 3]);
      expect(file.duplicates()).toEqual([{ group: 'a', key: 'x', lines: [2, 3] }]);
    });

    test('leaves a `;` at the end of a list without an item behind it', () => {
      const file = read(write([header('a'), pair('x', '1;2;'), pair('y', ';')]));
      expect([file.list('a', 'x'), file.list('a', 'y')]).toEqual([['1', '2'], ['']]);
    });
  });

  describe(`${name}: an edit`, () => {
    test('of a value changes its line alone, and setting the old value restores the bytes', () => {
      const file = read(text);
      file.set('sink0', 'color', 'x');
      expect(file.toString()).toBe(text.replace('1;0;0;1', 'x'));
      file.set('sink0', 'color', '1;0;0;1');
      expect(file.toString()).toBe(text);
    });

    test('that adds a key puts it behind the last key of its group; removing it restores the bytes', () => {
      const file = read(text);
      file.set('sink0', 'sync', '0');
      expect(file.toString().split('\n')[4]).toBe(pair('sync', '0'));
      expect(file.remove('sink0', 'sync')).toBe(true);
      expect(file.toString()).toBe(text);
    });

    test('that adds a group puts it at the end, behind a blank line', () => {
      expect(edited(text, (file) => file.set('new', 'x', '1'))).toBe(
        `${text}\n${write([header('new'), pair('x', '1')])}`,
      );
      expect(edited(`${text}\n`, (file) => file.addGroup('new'))).toBe(`${text}\n${write([header('new')])}`);
      expect(edited('', (file) => file.set('new', 'x', '1'))).toBe(write([header('new'), pair('x', '1')]));
      expect(edited(text, (file) => file.addGroup('sink0'))).toBe(text);
    });

    test('that removes a key removes its duplicates', () => {
      const lines = [header('a'), pair('x', '1'), '# c', pair('x', '2'), pair('y', '3')];
      expect(edited(write(lines), (file) => file.remove('a', 'x'))).toBe(write([header('a'), '# c', pair('y', '3')]));
    });

    test('that removes a group leaves the comment above the next one', () => {
      expect(edited(text, (file) => file.removeGroup('sink0'))).toBe(
        write(['# all', '# out', header('sink3'), pair('enable', '0')]),
      );
      expect(edited(text, (file) => file.removeGroup('sink3'))).toBe(write([...sinks.slice(0, 4), '', '# out']));
    });

    test('that renames a group changes its header alone', () => {
      expect(edited(text, (file) => file.renameGroup('sink0', 'sink7'))).toBe(
        text.replace(header('sink0'), header('sink7')),
      );
      expect(edited(text, (file) => file.renameGroup('sink0', 'sink0'))).toBe(text);
    });

    test('keeps the line breaks of the file, and a missing last one', () => {
      const lines = [header('a'), pair('x', '1'), pair('y', '2')];
      const before = write(lines, '\r\n').slice(0, -2);
      expect(edited(before, (file) => file.set('a', 'z', '3'))).toBe(
        write([...lines, pair('z', '3')], '\r\n').slice(0, -2),
      );
      expect(edited(before, (file) => file.addGroup('b'))).toBe(
        write([...lines, '', header('b')], '\r\n').slice(0, -2),
      );
      expect(edited(before, (file) => file.set('a', 'x', '3'))).toBe(before.replace('1', '3'));
    });

    test('keeps bytes that are not UTF-8, and refuses characters that the file has no byte for', () => {
      const bytes = Buffer.from(write([header('a'), pair('x', 'Stra\xdfe'), pair('y', '1')]), 'latin1');
      const file = read(bytes);
      expect(bytes.equals(file.toBytes())).toBe(true);
      file.set('a', 'y', '\xe4');
      expect(Buffer.from(file.toBytes()).toString('latin1')).toContain(pair('y', '\xe4'));
      expect(refusalOf(() => file.set('a', 'y', '車'))).toBe('invalid-value');
      expect(refusalOf(() => file.set('a', '車', '1'))).toBe('invalid-key-name');
      expect(refusalOf(() => file.addGroup('車'))).toBe('invalid-group-name');
      expect(refusalOf(() => file.renameGroup('a', '車'))).toBe('invalid-group-name');
    });

    test.each<[string, ConfigEditErrorCode, (file: ConfigFile) => void]>([
      ['an empty key', 'invalid-key-name', (file) => file.set('sink0', '', '1')],
      ['a key of two lines', 'invalid-key-name', (file) => file.set('sink0', 'x\ny', '1')],
      ['a comment as key', 'invalid-key-name', (file) => file.set('sink0', '#x', '1')],
      ['an empty group name', 'invalid-group-name', (file) => file.addGroup('')],
      ['a group name of two lines', 'invalid-group-name', (file) => file.set('a\nb', 'x', '1')],
      ['a new name of two lines', 'invalid-group-name', (file) => file.renameGroup('sink0', 'a\nb')],
      ['a new name that another group has', 'group-exists', (file) => file.renameGroup('sink0', 'sink3')],
      ['a new name for a missing group', 'group-not-found', (file) => file.renameGroup('none', 'x')],
    ])('with %s is refused as %s and changes nothing', (_, code, edit) => {
      const file = read(text);
      expect(refusalOf(() => edit(file))).toBe(code);
      expect(file.toString()).toBe(text);
    });
  });

  describe(`${name}: any text`, () => {
    test('never makes the parser throw, and prints as it was', () => {
      const any = fc.array(fc.constantFrom(...format.pieces), { maxLength: 30 }).map((pieces) => pieces.join(''));
      fc.assert(
        fc.property(any, (before) => {
          const parsed = format.parse(before);
          if (!parsed.ok) return;
          const { file } = parsed;
          expect(file.toString()).toBe(before);
          for (const group of file.groups()) {
            for (const key of file.keys(group)) {
              if (refusalOf(() => file.set(group, key, 'v')) !== 'none') continue;
              expect(read(file.toString()).get(group, key)).toBe('v');
            }
          }
        }),
        { numRuns: 1000 },
      );
    });

    test('as a value is refused, or reads back and gives way to the old one', () => {
      fc.assert(
        fc.property(
          fc.string({ unit: 'grapheme', maxLength: 30 }),
          fc.constantFrom(['sink0', 'color'], ['sink0', 'new'], ['new', 'x']),
          (value, [group = '', key = '']) => {
            const file = read(text);
            const before = file.get(group, key);
            if (refusalOf(() => file.set(group, key, value)) !== 'none') {
              expect(file.toString()).toBe(text);
              return;
            }
            expect(file.get(group, key)).toBe(value);
            expect(read(file.toString()).get(group, key)).toBe(value);
            if (before === undefined) return;
            file.set(group, key, before);
            expect(file.toString()).toBe(text);
          },
        ),
        { numRuns: 300 },
      );
    });

    test('that was edited in any way reads back as what the file says, and a refused edit changes nothing', () => {
      const word = fc.constantFrom('a', 'b', 'c d', 'ü', 'x_1', '', 'a\nb', ...format.names);
      const value = fc.constantFrom('', '1', 'x y', '1;2', '\n', ' 1', '[1, 2]');
      const line = fc.oneof(
        fc.constantFrom('', '# c', ...format.lines),
        fc.tuple(fc.constantFrom('a', 'b', 'x_1'), fc.constantFrom('1', '1;2')).map(([key, to]) => pair(key, to)),
        fc.constantFrom('a', 'b', 'c d').map(header),
      );
      const document = fc
        .tuple(fc.array(line, { maxLength: 8 }), fc.constantFrom('\n', '\r\n'), fc.boolean())
        .map(([lines, eol, cut]) => {
          const whole = write([header('a'), ...lines], eol);
          return cut ? whole.slice(0, -eol.length) : whole;
        });
      const edit = fc.oneof(
        fc.record({ do: fc.constant('set' as const), group: word, key: word, value }),
        fc.record({ do: fc.constant('remove' as const), group: word, key: word }),
        fc.record({ do: fc.constantFrom('addGroup' as const, 'removeGroup' as const), group: word }),
        fc.record({ do: fc.constant('renameGroup' as const), group: word, key: word }),
      );
      fc.assert(
        fc.property(document, fc.array(edit, { maxLength: 4 }), (before, edits) => {
          const parsed = format.parse(before);
          if (!parsed.ok) return;
          const { file } = parsed;
          expect(file.toString()).toBe(before);
          for (const step of edits) {
            const kept = file.toString();
            const refusal = refusalOf(() => {
              if (step.do === 'set') file.set(step.group, step.key, step.value);
              else if (step.do === 'remove') file.remove(step.group, step.key);
              else if (step.do === 'renameGroup') file.renameGroup(step.group, step.key);
              else file[step.do](step.group);
            });
            if (refusal !== 'none') expect(file.toString()).toBe(kept);
          }
          const again = format.parse(file.toString());
          if (!again.ok && again.error.code === format.dependsOnPlace) return;
          expect(viewOf(readConfig(again))).toEqual(viewOf(file));
        }),
        { numRuns: 1500 },
      );
    });
  });

  describe.each(corporaOf(format.kind).map((corpus) => [corpus.title, corpus.configs] as const))(
    `${name}: %s`,
    (_, configs) => {
      test.skipIf(configs.length === 0)('print the bytes they were read from', () => {
        for (const config of configs) {
          const file = read(config.bytes);
          expect(config.bytes.equals(file.toBytes()), config.name).toBe(true);
          expect(file.groups().length, config.name).toBeGreaterThan(0);
        }
      });

      test.skipIf(configs.length === 0)(
        'change exactly the line of a key that is set, and are restored by setting it back',
        () => {
          const value = 'a new value; 1';
          const refused = new Set<string>();
          for (const config of configs) {
            const before = read(config.bytes).toString();
            const lines = before.split('\n');
            const file = read(config.bytes);
            const keys = file.groups().flatMap((group) => file.keys(group).map((key) => [group, key] as const));
            for (const [group, key] of keys) {
              const old = file.get(group, key) ?? '';
              if (refusalOf(() => file.set(group, key, value)) === 'not-one-line') {
                refused.add(key);
                continue;
              }
              const after = file.toString().split('\n');
              const changed = after.flatMap((line, i) => (line === lines[i] ? [] : [i + 1]));
              const oneLine =
                after.length === lines.length && changed.length === 1 && changed[0] === file.lineOf(group, key);
              // An assertion a key would take longer than all of the work.
              if (!oneLine) expect.fail(`${config.name} [${group}] ${key}: lines ${changed.join(', ')} changed`);
              file.set(group, key, old);
            }
            expect(file.toString(), config.name).toBe(before);

            const editable = keys.filter(([, key]) => !refused.has(key));
            for (const [group, key] of editable) file.set(group, key, value);
            const again = read(file.toString());
            const wrong = editable.filter(([group, key]) => again.get(group, key) !== value);
            expect(wrong, config.name).toEqual([]);
          }
          expect([...refused].filter((key) => !format.severalLines.includes(key))).toEqual([]);
        },
      );
    },
  );
}

/** All that can be read of a file. */
function viewOf(file: ConfigFile) {
  return file
    .groups()
    .map((group) => [group, file.keys(group).map((key) => [key, file.get(group, key), file.lineOf(group, key)])]);
}
