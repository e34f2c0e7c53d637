import fc from 'fast-check';
import { describe, expect, test } from 'vitest';

import { findConditionFault } from './condition.ts';
import { conditionTokens } from './condition-token.ts';

const fault = (text: string, source = '/messages/*') => findConditionFault(text, source);

describe('a condition that edgeHub compiles', () => {
  test.each([
    ['a property against a text', `type = 'parking.parked'`],
    ['with double quotes, and an escaped one', `type = "a\\"b"`],
    ['a number out of a property', 'as_number(temperature) > 20'],
    ['a part of the body, which may be anything', '$body.data.totals.unknown >= 1 AND $body.list[0].x = "a"'],
    ['a system property', `$connectionModuleId = 'filter' AND {$contentType} <> 'text/plain'`],
    ['keywords in any case', `(a = 'x' and NOT (b = 'y')) Or NOT is_defined(c)`],
    ['arithmetic in order', 'as_number(a) + 2 * -3 % 5 - 1 / 2 <= square(4)'],
    ['texts joined', `a || 'x' = concat(b, 'y', c, d)`],
    ['a default', `(a ?? 'none') = 'none'`],
    ['all kinds of literals', `true = false OR 0x1F = 31 OR 1.5e3 = .5 OR null = null`],
    ['functions of texts', `starts_with(type, 'parking.') AND contains(zone, 'A') AND length(zone) > 1`],
    ['both forms of substring', `substring(zone, 1) = 'x' AND substring(zone, 0, 1) = 'y'`],
    ['a comment', `a /* why */ = 'x'`],
    ['a name with blanks around the minus only', 'my-property = other_property'],
    ['nothing', '  '],
  ])('%s: %s', (_, text) => {
    expect(fault(text)).toBeUndefined();
  });

  test('may look into twin changes, on that source only', () => {
    const text = 'twin_change_includes($body.properties.reported.x)';
    expect(fault(text, '/twinChangeNotifications')).toBeUndefined();
    expect(fault(text)).toMatch(/only on FROM \/twinChangeNotifications/);
  });
});

describe('a condition that edgeHub refuses, or that can’t be meant', () => {
  test.each([
    ['temperature > 20', /> stands between a text and a number; .*as_number.*character 13/],
    ['a = 1', /between a text and a number/],
    ['a = null', /use is_null/],
    [`NOT a = 'x'`, /NOT stands before a text: .*brackets/],
    [`- a = '1'`, /"-" stands before a text/],
    ['type', /is a text, neither true nor false/],
    ['1 + 1', /is a number, neither/],
    [`a = 'x' AND b`, /AND stands between a bool and a text; both/],
    [`a = 'x' b = 'y'`, /complete before "b"/],
    [`a = 'x'))`, /a "\)" too many/],
    [`(a = 'x'`, /closing "\)" is missing/],
    [`a = 'x`, /never closed/],
    [`a = `, /ends where a value should come/],
    [`= 'x'`, /a value should come where "=" stands/],
    [`a == 'x'`, /a value should come where "=" stands/],
    [`a && b`, /complete before "&&"/],
    [`a = 'x' AND AND b = 'y'`, /where "AND" stands/],
    [`startsWith(a, 'x')`, /no function startsWith; there are abs,.*starts_with/],
    [`starts_with(a)`, /starts_with\(text\) is none of its forms: starts_with\(text, text\)/],
    ['abs(a) > 1', /as_number\(…\) makes one/],
    ['length(1) > 1', /length\(number\) is none/],
    [`concat('a') = 'x'`, /concat\(text\) is none/],
    [`substring(a) = 'x'`, /substring\(text, number\) or substring/],
    ['items[0] = "a"', /no name of a property; of the body it would be \$body\.items\[0\]/],
    [`{contentType} = 'x'`, /no system property/],
    [`{$contentType = 'x'`, /closing "}" is missing/],
    [`a = 'x'; b`, /complete before ";"/],
    [`a @ b`, /complete before "@"/],
    [`is_defined(a`, /missing after is_defined\(/],
    [`SELECT = 'x'`, /where "SELECT" stands/],
    [`a ?? 1 = 1`, /between a text and a bool/],
    [`as_number(a) || 'x' = 'y'`, /both must be texts/],
    ['('.repeat(200), /nested deeper/],
  ])('%s', (text, reason) => {
    expect(fault(text)).toMatch(reason);
  });
});

test('the longest token wins, so that blanks matter as they do in edgeHub', () => {
  expect(conditionTokens('x!=1 x != -1 a-b').map(({ kind, text }) => `${kind} ${text}`)).toEqual([
    'name x!',
    'operator =',
    'number 1',
    'name x',
    'operator !=',
    'number -1',
    'name a-b',
  ]);
});

test('no text at all throws, and whatever is refused has a reason', () => {
  const piece = fc.constantFrom(
    ...['a', `'x'`, '1', '$body.x', 'and', 'not', '(', ')', ',', '=', '-', '??', '"', 'abs'],
  );
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        fc.array(piece).map((all) => all.join(' ')),
      ),
      (text) => {
        const found = fault(text);
        expect(found === undefined || found.length > 0).toBe(true);
      },
    ),
  );
});
