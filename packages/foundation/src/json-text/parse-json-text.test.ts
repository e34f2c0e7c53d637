import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseJsonText } from './parse-json-text.ts';

describe('parseJsonText', () => {
  test('reads what JSON.parse reads, with the same result', () => {
    fc.assert(
      fc.property(fc.json(), fc.constantFrom(0, 2), (json, indent) => {
        const text = JSON.stringify(JSON.parse(json), null, indent);
        expect(parseJsonText(text)).toEqual({ ok: true, value: JSON.parse(text) as unknown });
      }),
    );
  });

  test('refuses what JSON.parse refuses', () => {
    const snippet = fc.constantFrom(
      '{',
      '}',
      '[',
      ']',
      '"a"',
      ':',
      ',',
      '1',
      '-',
      '0',
      '.5',
      'true',
      'nul',
      '"\\x"',
      ' ',
      '\n',
    );
    fc.assert(
      fc.property(fc.array(snippet, { maxLength: 8 }), (parts) => {
        const text = parts.join('');
        let accepted = true;
        try {
          JSON.parse(text);
        } catch {
          accepted = false;
        }
        const ours = parseJsonText(text);
        // A key that stands twice is the one thing that JSON.parse takes and we do not.
        if (!ours.ok && ours.error.reason.includes('twice')) expect(accepted).toBe(true);
        else expect(ours.ok).toBe(accepted);
      }),
      { numRuns: 1000 },
    );
  });

  test.each([
    ['{\n  "a": 1,\n}', 3, 1, 'expected a key in quotes, found "}"'],
    ['{\n  "a": 1\n  "b": 2\n}', 3, 3, 'expected "," or "}", found "\\""'],
    ['{ "a": [1, 2', 1, 13, 'the text ends where "," or "]" should come'],
    ['', 1, 1, 'the text ends where a value should come'],
    ['{\n  // why\n}', 2, 3, 'JSON has no comments'],
    ['{ "a": "b\n" }', 1, 10, 'a string holds a raw control character or line break (a closing quote missing?)'],
    ['{ "a": 1,\n  "a": 2 }', 2, 3, 'the key "a" stands twice in this object'],
    ['{} x', 1, 4, 'expected the end of the text, found "x"'],
    ['[] 1', 1, 4, 'expected the end of the text, found "1"'],
    ['[1 2]', 1, 4, 'expected "," or "]", found "2"'],
    ['[1,]', 1, 4, 'expected a value, found "]"'],
    ['{ "a": }', 1, 8, 'expected a value, found "}"'],
    ['{ "a" 1 }', 1, 7, 'expected ":", found "1"'],
    ['{', 1, 2, 'the text ends where a key in quotes or "}" should come'],
    ['{ 1: 2 }', 1, 3, 'expected a key in quotes or "}", found "1"'],
    ['{ "a": ["b }', 1, 9, 'this string is never closed'],
    ['"a\tb"', 1, 3, 'a string holds a raw control character or line break (a closing quote missing?)'],
    ['["\\\\n \\x"]', 1, 7, 'this escape is not one of JSON'],
    ['["\\u12"]', 1, 3, 'this escape is not one of JSON'],
    ['[1e]', 1, 2, '"1e" is not a complete number'],
    [
      '[True]',
      1,
      2,
      '"True" means nothing in JSON: texts need double quotes, and the only words are true, false and null',
    ],
    ['[1, /* why */ 2]', 1, 5, 'JSON has no comments'],
    ['/* why', 1, 1, 'JSON has no comments'],
  ])('says where %j is wrong', (text, line, column, reason) => {
    expect(parseJsonText(text)).toEqual({ ok: false, error: { line, column, reason } });
  });

  test('takes a byte order mark at the start', () => {
    expect(parseJsonText('\uFEFF{}')).toEqual({ ok: true, value: {} });
  });

  test('takes a key __proto__ for one', () => {
    const parsed = parseJsonText('{ "__proto__": { "a": 1 } }');
    expect(parsed.ok && Object.keys(parsed.value as object)).toEqual(['__proto__']);
  });

  test.each(['', '"\n', '/* " */', '}]'.repeat(1000)])(
    'says so of a text nested beyond reason, also behind %j',
    (start) => {
      expect(parseJsonText(`${start}${'['.repeat(100_000)}`)).toMatchObject({ ok: false });
    },
  );

  test('never fails on what is repeated without end', () => {
    const piece = fc.constantFrom('{', '}', '[', ']', '"a"', ':', ',', '1', '"', '\n', '/*', '//', '\\', 'x');
    fc.assert(
      fc.property(fc.array(piece, { minLength: 1, maxLength: 6 }), (pieces) => {
        expect(typeof parseJsonText(pieces.join('').repeat(20_000)).ok).toBe('boolean');
      }),
    );
    expect(parseJsonText('[},'.repeat(100_000)).ok).toBe(false);
  });

  test('takes 200 levels, and no more', () => {
    const nested = (levels: number) => `${'['.repeat(levels)}${']'.repeat(levels)}`;
    expect(parseJsonText(nested(200)).ok).toBe(true);
    expect(parseJsonText(nested(201))).toEqual({
      ok: false,
      error: { line: 1, column: 201, reason: 'nested deeper than 200' },
    });
  });
});
