import { describe, expect, test } from 'vitest';
import { parseSasToken } from './sas-text.ts';

describe('a shared access signature', () => {
  test('is taken apart, in any order of its fields', () => {
    const expected = {
      resource: 'h/devices/d',
      signedText: 'h%2Fdevices%2Fd\n12',
      signature: 'a+b=',
      expirySeconds: 12,
    };
    expect(parseSasToken('SharedAccessSignature sr=h%2Fdevices%2Fd&sig=a%2Bb%3D&se=12')).toEqual(expected);
    expect(parseSasToken('SharedAccessSignature se=12&skn=&sig=a%2Bb%3D&sr=h%2Fdevices%2Fd')).toEqual(expected);
  });

  test.each([
    '',
    'Bearer x',
    'SharedAccessSignature sr=a&sig=b',
    'SharedAccessSignature sr=a&sig=b&se=soon',
    'SharedAccessSignature sr=a&sig=b&se=-1',
    'SharedAccessSignature sr=a&sig=b&se=1&se=99999999999',
    'SharedAccessSignature sr=%&sig=b&se=1',
  ])('%j is refused', (text) => {
    expect(typeof parseSasToken(text)).toBe('string');
  });
});
