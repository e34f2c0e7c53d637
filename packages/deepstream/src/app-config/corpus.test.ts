import { describe, expect, test } from 'vitest';
import { parseConfig } from '../config-file/index.ts';
import { ownConfigs, realConfigs } from '../testing/config-corpus.ts';
import { checkAppConfig, configKind } from './index.ts';
import type { ConfigSource } from './index.ts';

/** What there must be at least: app configs, nvinfer configs, and configs that others name. */
const least = [
  [ownConfigs, { apps: 2, nvinfer: 4, named: 9 }],
  [realConfigs, { apps: 30, nvinfer: 80, named: 20 }],
] as const;

describe.each(least)('the check', ({ title, configs }, { apps, nvinfer, named }) => {
  const byPath = new Map(configs.map(({ path, bytes }) => [path, bytes]));
  const everythingElseExists: ConfigSource = { read: (path) => byPath.get(path), exists: () => true };

  test.skipIf(configs.length === 0)(`finds no error in ${title} where every file that they name is there`, () => {
    const errors = configs.flatMap(({ path }) =>
      checkAppConfig({ path, files: everythingElseExists }).diagnostics.filter(({ severity }) => severity === 'error'),
    );
    expect(errors).toEqual([]);
  });

  test.skipIf(configs.length === 0)(`knows ${title} by their kinds`, () => {
    const kinds = new Map<string, number>();
    for (const { path, bytes } of configs) {
      const parsed = parseConfig(bytes, path);
      if (!parsed.ok) throw new Error(`${path}: ${parsed.error.message}`);
      const kind = configKind(parsed.file);
      kinds.set(kind, (kinds.get(kind) ?? 0) + 1);
    }
    expect(kinds.get('app')).toBeGreaterThanOrEqual(apps);
    expect(kinds.get('nvinfer')).toBeGreaterThanOrEqual(nvinfer);
  });

  test.skipIf(configs.length === 0)(`follows ${title} to those that they name`, () => {
    let found = 0;
    for (const { path } of configs) {
      const report = checkAppConfig({ path, files: everythingElseExists });
      found += report.configs.length - 1;
    }
    expect(found).toBeGreaterThanOrEqual(named);
  });
});
