import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parseConfig } from '../config-file/index.ts';
import { checkAppConfig, configKind } from './index.ts';
import type { ConfigSource } from './index.ts';

const folder = new URL('../../../../../shared/data/configs/', import.meta.url);
const present = existsSync(folder);
if (!present) console.warn('skipped: ../shared/data/configs with the real configuration files is not here');

interface CorpusFile {
  readonly path: string;
  readonly bytes: Uint8Array;
}

/** Each file at the place that it has in its repository, so that configs of one repository find each other. */
const corpus: readonly CorpusFile[] = present
  ? readFileSync(new URL('SOURCES.tsv', folder), 'utf8')
      .split(/\r?\n/)
      .slice(1)
      .flatMap((row) => {
        const [, name, repository, , path] = row.split('\t');
        if (name === undefined || path === undefined) return [];
        return [
          { path: `/${repository ?? ''}/${path}`, bytes: readFileSync(new URL(encodeURIComponent(name), folder)) },
        ];
      })
  : [];

const byPath = new Map(corpus.map(({ path, bytes }) => [path, bytes]));
const everythingElseExists: ConfigSource = { read: (path) => byPath.get(path), exists: () => true };

describe.skipIf(!present)('real configs', () => {
  test('raise no error where every file that they name is there', () => {
    const errors = corpus.flatMap(({ path }) =>
      checkAppConfig({ path, files: everythingElseExists }).findings.filter(({ severity }) => severity === 'error'),
    );
    expect(errors).toEqual([]);
  });

  test('are told apart by their kinds', () => {
    const kinds = new Map<string, number>();
    for (const { path, bytes } of corpus) {
      const parsed = parseConfig(bytes, path);
      if (!parsed.ok) throw new Error(`${path}: ${parsed.error.reason}`);
      const kind = configKind(parsed.file);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(kinds.get('app')).toBeGreaterThanOrEqual(30);
    expect(kinds.get('nvinfer')).toBeGreaterThanOrEqual(80);
  });

  test('name the files that lie beside them', () => {
    let found = 0;
    for (const { path } of corpus) {
      const { configs } = checkAppConfig({ path, files: everythingElseExists });
      found += configs.length - 1;
    }
    expect(found).toBeGreaterThan(20);
  });
});
