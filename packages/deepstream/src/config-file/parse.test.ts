import { expect, test } from 'vitest';
import { parseConfig } from './index.ts';

function format(text: string, name: string): string {
  const parsed = parseConfig(text, name);
  return parsed.ok ? parsed.file.format : parsed.error.code;
}

test('the name decides what a config is read as, as DeepStream does it', () => {
  expect(format('a:\n  x: 1\n', '/configs/app.yml')).toBe('yaml');
  expect(format('a:\n  x: 1\n', 'APP.YAML')).toBe('yaml');
  expect(format('[a]\nx=1\n', 'app.txt')).toBe('keyfile');
  expect(format('a:\n  x: 1\n', 'app.txt')).toBe('invalid-line');
});

test('the content decides where the name says nothing', () => {
  expect(format('# c\n\n[a]\nx: y=1\n', 'config')).toBe('keyfile');
  expect(format('# c\na:\n  x: 1\n', 'config')).toBe('yaml');
  expect(format('%YAML:1.0\na:\n  x: 1\n', 'config')).toBe('yaml');
  expect(format('', 'config')).toBe('keyfile');
});

test('bytes are read like text', () => {
  const parsed = parseConfig(new TextEncoder().encode('a:\n  x: ü\n'), 'a.yml');
  expect(parsed.ok && parsed.file.get('a', 'x')).toBe('ü');
});
