/**
 * Records what an older version leaves on a device: `npm run old-volume -- COMMIT`.
 *
 * Makes a worktree of the commit below the folder for temporary files, installs it, runs its modules on the simulator's hub
 * and writes test/upgrade/fixtures/COMMIT.json. The worktree is removed again. `--sources FOLDER` takes a checkout of the
 * commit that is there and installed.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { fixtureFile } from '../test/upgrade/fixture.ts';
import { recordOldDevice } from '../test/upgrade/record.ts';

const {
  positionals: [commit],
  values: { sources },
} = parseArgs({ allowPositionals: true, options: { sources: { type: 'string' } } });
if (commit === undefined || !/^[0-9a-f]{7,40}$/.test(commit)) {
  process.stderr.write('usage: npm run old-volume -- COMMIT [--sources FOLDER]\n');
  process.exitCode = 2;
} else if (sources === undefined) {
  const folder = join(mkdtempSync(join(tmpdir(), 'old-version-')), 'sources');
  try {
    execFileSync('git', ['worktree', 'add', '--quiet', '--detach', folder, commit], { stdio: 'inherit' });
    execFileSync('npm', ['ci', '--prefer-offline', '--no-audit', '--no-fund'], { cwd: folder, stdio: 'inherit' });
    await record(folder, commit);
  } finally {
    execFileSync('git', ['worktree', 'remove', '--force', folder], { stdio: 'inherit' });
    rmSync(join(folder, '..'), { recursive: true, force: true });
  }
} else {
  await record(sources, commit);
}

async function record(folder: string, of: string): Promise<void> {
  const file = fixtureFile(of);
  writeFileSync(file, `${JSON.stringify(await recordOldDevice(folder, of), undefined, 2)}\n`);
  process.stdout.write(`${file}\n`);
}
