/**
 * Says which packages that we name ourselves are behind, and which of all are deprecated: `npm run check:deps`. Asks the
 * registry that npm is set to. Exit codes: 0; 1 something is deprecated; 2 the registry does not answer.
 */
import { execFile } from 'node:child_process';
import { resolve } from 'node:path';
import { promisify } from 'node:util';
import { lockedPackages, namedPackages } from './packages/lock-file.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '..');

interface Row {
  readonly name: string;
  readonly ours: string;
  readonly newest: string;
  readonly deprecated: string | undefined;
}

const locked = lockedPackages(root);
const named = namedPackages(root);
const direct = locked.filter(({ folder, name }) => folder === `node_modules/${name}` && named.has(name));

try {
  const rows: Row[] = [];
  for (const { name, version } of direct) {
    rows.push({ name, ours: version, newest: await newestOf(name), deprecated: await deprecationOf(name, version) });
  }
  // Of the packages of packages, what npm was told when it locked them.
  const deeper = locked.filter((one) => one.deprecated !== undefined && !direct.includes(one));
  rows.push(...deeper.map(({ name, version, deprecated }) => ({ name, ours: version, newest: '', deprecated })));
  show(
    rows.filter(({ ours, newest, deprecated }) => deprecated !== undefined || ours !== newest),
    direct.length,
  );
  if (rows.some(({ deprecated }) => deprecated !== undefined)) process.exitCode = 1;
} catch (error) {
  process.stderr.write(
    `deps: npm view failed: ${error instanceof Error ? error.message.split('\n')[0] : String(error)}\n`,
  );
  process.exitCode = 2;
}

async function view(spec: string, field: string): Promise<string | undefined> {
  const { stdout } = await run('npm', ['view', '--json', spec, field], { cwd: root });
  return stdout.trim() === '' ? undefined : (JSON.parse(stdout) as string);
}

async function newestOf(name: string): Promise<string> {
  return (await view(name, 'version')) ?? 'unknown';
}

function deprecationOf(name: string, version: string): Promise<string | undefined> {
  return view(`${name}@${version}`, 'deprecated');
}

function show(rows: readonly Row[], checked: number): void {
  const table = rows.map(({ name, ours, newest, deprecated }) => [
    name,
    ours,
    newest,
    deprecated === undefined ? 'behind' : `DEPRECATED: ${deprecated}`,
  ]);
  const widths = [0, 1, 2].map((column) => Math.max(...table.map((cells) => cells[column]?.length ?? 0), 0));
  for (const cells of table) {
    process.stdout.write(`${cells.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ')}\n`);
  }
  process.stdout.write(`${checked} packages looked up, ${locked.length} locked; ${rows.length} to look at\n`);
}
