import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { parseJsonText } from './json-text.ts';

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
  ])('says where %j is wrong', (text, line, column, reason) => {
    expect(parseJsonText(text)).toEqual({ ok: false, error: { line, column, reason } });
  });

  test('takes a byte order mark at the start', () => {
    expect(parseJsonText('\uFEFF{}')).toEqual({ ok: true, value: {} });
  });

  test('says so of a text nested beyond reason', () => {
    expect(parseJsonText('['.repeat(100_000))).toMatchObject({
      ok: false,
      error: { reason: 'nested deeper than 200' },
    });
  });
});
