import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { describe, expect, onTestFinished, test } from 'vitest';
import { isAllowed, shippedLicences, toolLicences } from '../../scripts/packages/licence-rules.ts';

const root = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

describe('a licence', () => {
  test.each([
    'MIT',
    '(MIT)',
    'GPL-3.0-only OR MIT',
    '(Apache-2.0 AND BSD-3-Clause)',
    '(MIT OR (GPL-2.0 AND X)) AND ISC',
  ])('%s can be met', (expression) => expect(isAllowed(expression, shippedLicences)).toBe(true));

  test.each([
    'GPL-3.0-only',
    'MPL-2.0',
    'MIT AND GPL-3.0-only',
    '(MIT OR ISC) AND GPL-3.0-only',
    'Apache-2.0 WITH LLVM-exception',
    'UNLICENSED',
    'SEE LICENSE IN LICENSE.md',
    'MIT OR',
    '(MIT',
    'MIT)',
    '',
  ])('%s can not', (expression) => expect(isAllowed(expression, shippedLicences)).toBe(false));

  test('that asks for changes to be published is one for tools alone', () => {
    expect(isAllowed('MPL-2.0', toolLicences)).toBe(true);
  });
});

describe('npm run check:packages', () => {
  interface Lock {
    packages: Record<string, Record<string, unknown>>;
  }

  /** Runs it on a copy of the repository's lock file, changed. */
  async function check(change: (lock: Lock) => void): Promise<{ readonly code: number; readonly stderr: string }> {
    const copy = mkdtempSync(join(tmpdir(), 'packages-'));
    onTestFinished(() => rmSync(copy, { recursive: true }));
    const lock = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8')) as Lock;
    change(lock);
    writeFileSync(join(copy, 'package-lock.json'), JSON.stringify(lock));
    writeFileSync(join(copy, 'package.json'), '{"type":"module"}');
    mkdirSync(join(copy, 'node_modules/machina'), { recursive: true });
    cpSync(join(root, 'node_modules/machina/package.json'), join(copy, 'node_modules/machina/package.json'));
    cpSync(join(root, 'scripts/packages'), join(copy, 'scripts/packages'), { recursive: true });
    cpSync(join(root, 'scripts/check-packages.ts'), join(copy, 'scripts/check-packages.ts'));
    const tsx = import.meta.resolve('tsx');
    return run(process.execPath, ['--import', tsx, join(copy, 'scripts/check-packages.ts')]).then(
      () => ({ code: 0, stderr: '' }),
      (error: unknown) => error as { code: number; stderr: string },
    );
  }

  test('is content with what is locked now', async () => {
    expect(await check(() => undefined)).toEqual({ code: 0, stderr: '' });
  });

  test('names a package of another licence, of none, and with an install script', async () => {
    const { code, stderr } = await check(({ packages }) => {
      packages['node_modules/bad'] = { version: '1.0.0', license: 'AGPL-3.0-only' };
      packages['node_modules/zod/node_modules/silent'] = { version: '2.0.0', dev: true };
      packages['node_modules/runs'] = { version: '3.0.0', license: 'MIT', hasInstallScript: true };
    });
    expect(code).toBe(1);
    expect(stderr.trim().split('\n')).toEqual([
      'packages: bad 1.0.0: the licence AGPL-3.0-only is not allowed in what we ship',
      'packages: silent 2.0.0 states no licence',
      'packages: runs 3.0.0 has an install script: see that it works without, then add it to the known ones',
    ]);
  });
});

test('npm runs no script of a package, wherever somebody installs', async () => {
  expect(readFileSync(join(root, '.npmrc'), 'utf8')).toMatch(/^ignore-scripts=true$/m);
  const { stdout } = await run('npm', ['config', 'get', 'ignore-scripts'], { cwd: root });
  expect(stdout.trim()).toBe('true');
});
