import { existsSync, readFileSync, realpathSync } from 'node:fs';
import { realpath } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { ConfigEditError } from '@companion/deepstream/config-file';
import type { ConfigFile } from '@companion/deepstream/config-file';
import { RecipeError } from '@companion/deepstream/recipes';
import { hasErrno } from '@companion/foundation/node';
import type { CompanionFile } from '@companion/deepstream/recipes';
import { CliError } from '../command/cli-error.ts';
import type { ExitCode } from '../command/command.ts';
import { changeText, compareConfigs } from './config-change.ts';
import { openConfig, parseDocument } from './config-document.ts';
import { messageOf, writeOutput } from '../files/output.ts';
import type { Terminal } from '../terminal/terminal.ts';

/** The option that every editing command has. */
export const editOptions = {
  json: { type: 'flag', help: 'say what changed as JSON' },
} as const;

/** What the help of every editing command says. */
export const editNotes = `Only the lines concerned change, and a file that has it all already is not touched.
With - for FILE the config comes from stdin and the edited one goes to stdout; what changed is said on stderr.`;

/** Changes the config; a file that has to be written beside it is handed to `writeBeside`. */
export type Edit = (file: ConfigFile, writeBeside: (companion: CompanionFile) => void) => void;

/**
 * Edits a config in place and says what changed; nothing is written where nothing did. With `-` the edited config goes
 * to stdout. A file that the edit wants beside the config is written first. Throws a `CliError`, with the config as it was.
 */
export async function editConfig(
  call: { readonly path: string; readonly json: boolean },
  terminal: Terminal,
  edit: Edit,
): Promise<ExitCode> {
  const { path } = call;
  const { bytes, file } = await openConfig(path, terminal);
  const companion = tryEdit(path, file, edit);
  const edited = file.toBytes();
  const changed = !Buffer.from(edited).equals(bytes);
  const written = companion && (await writeCompanion(path, companion));
  if (path === '-') terminal.out(edited);
  else if (changed) await writeOutput(path, edited);

  const changes = compareConfigs(parseDocument(bytes, path), file);
  const say = (text: string) => (path === '-' ? terminal.err(text) : terminal.out(text));
  if (call.json) {
    say(`${JSON.stringify({ file: path, changed, changes, ...(written !== undefined && { written }) }, null, 2)}\n`);
    return 0;
  }
  for (const change of changes) {
    const line = file.lineOf(change.group, change.to === null ? undefined : change.key);
    say(`${path}${line === undefined ? '' : `:${line}`}: ${changeText(change)}\n`);
  }
  if (written !== undefined) say(`${written}: written\n`);
  else if (!changed) say(`${path}: nothing to change\n`);
  return 0;
}

function tryEdit(path: string, file: ConfigFile, edit: Edit): CompanionFile | undefined {
  let companion: CompanionFile | undefined;
  try {
    edit(file, (beside) => (companion = beside));
    return companion;
  } catch (error) {
    if (!(error instanceof ConfigEditError) && !(error instanceof RecipeError)) throw error;
    throw new CliError('edit-refused', `companion: ${path}: not changed: ${error.message} [${error.code}]`, {
      cause: error,
    });
  }
}

/** The text of a file that the config names; undefined where there is none. */
export function readBeside(config: string, path: string): string | undefined {
  if (config === '-') return undefined;
  try {
    return readFileSync(resolve(dirname(realpathSync(config)), path), 'utf8');
  } catch (error) {
    if (hasErrno(error, 'ENOENT', 'ENOTDIR')) return undefined;
    throw new CliError('not-readable', `companion: ${path}: ${messageOf(error)}`, { cause: error });
  }
}

/** Writes it where DeepStream will look: beside the config's real place. Returns its path. */
async function writeCompanion(config: string, { path, text, isNew }: CompanionFile): Promise<string> {
  if (config === '-') {
    throw new CliError(
      'usage',
      `companion: the edit writes ${path} beside the config, and stdin has no place: give a FILE`,
    );
  }
  const place = resolve(dirname(await realpath(config)), path);
  if (isNew === true && existsSync(place) && readFileSync(place, 'utf8') !== text) {
    throw new CliError(
      'edit-refused',
      `companion: ${config}: not changed: ${place} is there already: rename it, or name it in the config`,
    );
  }
  await writeOutput(place, text);
  return place;
}
