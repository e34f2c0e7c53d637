import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { JsonObject, JsonValue } from '../json/json-value.ts';
import { checkTwin, jsonSizeBytes } from './limits.ts';
import { fitReport, twinKey } from './reportable.ts';

/** Any UTF-16 units in any order, and what twins ban. */
const anyText = fc.oneof(
  fc.array(fc.nat(0xffff), { maxLength: 30 }).map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom('a', '.', '_', ' ', '$', '#', '%', '\u007f', '\u0085', '\u3000', '\ud800', '2E'), {
      maxLength: 4,
    })
    .map((parts) => parts.join('')),
  fc.nat(3000).map((length) => 'ä'.repeat(length)),
);

describe('a name as a key', () => {
  test.each([
    ['Yard', 'Yard'],
    ['Hof 2. Stock', 'Hof%202%2E%20Stock'],
    ['100%', '100%25'],
    ['a\u0085b', 'a%C2%85b'],
    ['', '%'],
    ['cam\ud800', 'cam\ufffd'],
  ])('%j is %j', (name, key) => {
    expect(twinKey(name)).toBe(key);
  });

  test('is one that a twin takes, and different for different names', () => {
    fc.assert(
      fc.property(anyText, anyText, (one, other) => {
        expect([...checkTwin('reported', { [twinKey(one)]: 1 })]).toEqual([]);
        if (one.toWellFormed() !== other.toWellFormed()) expect(twinKey(one)).not.toBe(twinKey(other));
      }),
      {
        examples: [
          ['a.b', 'a_b'],
          ['a.b', 'a b'],
          ['a.b', 'a%2Eb'],
          ['ä'.repeat(500), 'ä'.repeat(501)],
        ],
      },
    );
  });
});

describe('a report', () => {
  test('that a twin takes is left as it is', () => {
    const report = { zones: { ok: 7 }, sensors: { Yard: { fps: 9.8 } }, list: ['a', 1, true, { b: [] }] };
    expect(fitReport(report)).toEqual({ properties: report, omitted: [] });
  });

  test('loses its least important part first, and says so', () => {
    const report = {
      errors: ['x'],
      sensors: { a: 'y'.repeat(900) },
      hint: 'z'.repeat(500),
      spots: { A1: 'w'.repeat(300) },
    };
    const { properties, omitted } = fitReport(report, { expendable: ['sensors', 'spots'], limitBytes: 700 });
    expect(omitted).toEqual(['sensors', 'spots']);
    expect(properties).toEqual({ errors: ['x'], hint: report.hint, omitted: ['sensors', 'spots'] });
  });

  test('loses its largest part where nothing else is left to lose', () => {
    expect(fitReport({ a: 'x'.repeat(300), b: 'y'.repeat(200) }, { limitBytes: 280 }).omitted).toEqual(['a']);
  });

  test('of anything at all is one that a twin takes', () => {
    const leaf = [anyText, fc.integer(), fc.double(), fc.maxSafeInteger(), fc.boolean(), fc.constant(null)];
    fc.assert(
      fc.property(fc.object({ key: anyText, values: leaf, maxDepth: 13, withNullPrototype: false }), (report) => {
        const { properties } = fitReport(report as JsonObject, { expendable: ['a'], limitBytes: 4000 });
        expect([...checkTwin('reported', properties)]).toEqual([]);
        expect(jsonSizeBytes(properties)).toBeLessThanOrEqual(4000);
      }),
    );
  });

  test('of too many properties still fits', () => {
    const report = Object.fromEntries(
      Array.from({ length: 3000 }, (_, index): [string, JsonValue] => [`${index}${'p'.repeat(200)}`, index]),
    );
    expect(jsonSizeBytes(fitReport(report).properties)).toBeLessThanOrEqual(32 * 1024);
  });
});
