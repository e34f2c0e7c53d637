import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatPropertyBag, parsePropertyBag } from './property-bag.ts';

const text = fc.string({ unit: 'grapheme' });
const userKey = text.filter((key) => !key.startsWith('$.'));

test('what is written is read back, whatever characters it has, and holds no wildcard', () => {
  fc.assert(
    fc.property(fc.dictionary(userKey, text), fc.dictionary(text, text), (userProperties, rest) => {
      const systemProperties = Object.fromEntries(Object.entries(rest).map(([key, value]) => [`$.${key}`, value]));
      const written = formatPropertyBag({ userProperties, systemProperties });
      expect(written).not.toMatch(/[/+#]/u);
      const read = parsePropertyBag(written);
      expect(Object.entries(read?.userProperties ?? {}).sort()).toEqual(Object.entries(userProperties).sort());
      expect(Object.entries(read?.systemProperties ?? {}).sort()).toEqual(Object.entries(systemProperties).sort());
    }),
  );
});

test('a key without a value is empty, the last of two wins, and a broken escape is refused', () => {
  expect(parsePropertyBag('a&b=1&b=2&&%24.ct=x')).toEqual({
    userProperties: { a: '', b: '2' },
    systemProperties: { '$.ct': 'x' },
  });
  expect(parsePropertyBag('a=%')).toBeUndefined();
});

test('a key __proto__ stays a mere key', () => {
  const bag = parsePropertyBag('__proto__=x');
  expect(Object.hasOwn(bag?.userProperties ?? {}, '__proto__')).toBe(true);
});
