import { expect, test } from 'vitest';
import { formatDiagnostic, type Place } from './diagnostic.ts';

test.each<[Place, string]>([
  [{ file: 'app.txt', line: 12 }, 'app.txt:12: error: no such file [missing]'],
  [{ file: 'app.txt', line: 12, column: 3 }, 'app.txt:12:3: error: no such file [missing]'],
  [{ file: 'app.txt' }, 'app.txt: error: no such file [missing]'],
  [{ path: ['zones', 'A.3', 'polygon', 0] }, 'zones["A.3"].polygon[0]: error: no such file [missing]'],
  [{ file: 'twin.json', path: ['zones'] }, 'twin.json: zones: error: no such file [missing]'],
  [{}, 'error: no such file [missing]'],
])('a diagnostic at %j is one line', (at, line) => {
  expect(formatDiagnostic({ severity: 'error', code: 'missing', at, message: 'no such file' })).toBe(line);
});
