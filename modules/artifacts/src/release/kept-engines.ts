/*
 * Engines that a function of a custom library builds (all of DeepStream-Yolo) go to DeepStream's working directory, which
 * is the release: another release would build them again, for minutes. So the release gets a link of the engine's name,
 * which leads to a directory of what the engine is built of, and the app config names that link.
 */
import { chmod, readdir, readFile, readlink, realpath, symlink, writeFile } from 'node:fs/promises';
import { basename, dirname, join, relative, sep } from 'node:path';
import { checkAppConfig, type CreatedEngine, type FollowedConfig } from '@companion/deepstream/app-config';
import { parseConfig } from '@companion/deepstream/config-file';
import { sha256 } from '@companion/foundation/node';
import { sha256OfFile } from '../store/damage.ts';
import { digestOfEntry } from '../store/entries.ts';
import { makeDirectoriesDurably } from '../volume/durable.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { filesOf } from './preflight.ts';

interface ReleaseUnderWay {
  /** Where it is built. */
  readonly staging: string;
  /** Where it will be. */
  readonly final: string;
  /** Its app config, as a path inside. */
  readonly config: string;
}

/** Length of a directory's name, in hexadecimal digits. */
const keyLength = 32;

/**
 * Links what the libraries of a release build into `engines/`, and lets its app config name the links. An engine that is
 * there, or that the app config looks for outside of the volume, stays as the config says; two that DeepStream would write
 * under one name stay in the release, as each would be taken for the other.
 */
export async function keepEngines(layout: VolumeLayout, release: ReleaseUnderWay): Promise<void> {
  const { staging, final, config } = release;
  const path = join(staging, config);
  const { createdEngines, references } = checkAppConfig({ path, files: filesOf(staging, layout.root) });
  const names = createdEngines.map(({ name }) => name);
  const kept = createdEngines.filter(
    ({ config: infer, engine, name }) =>
      infer.namedBy?.config.path === path &&
      (engine === undefined || engine.exists === false) &&
      names.indexOf(name) === names.lastIndexOf(name),
  );
  if (kept.length === 0) return;
  const text = await readFile(path, 'latin1');
  const parsed = parseConfig(text, config);
  if (!parsed.ok) return;
  for (const created of kept) {
    const sources = references.filter(({ from }) => from === created.config.path).map((one) => one.path);
    const key = await keyOf(layout, staging, created, sources);
    const directory = join(layout.engines, key);
    await makeDirectoriesDurably([directory]);
    // DeepStream's container has a user of its own.
    await chmod(directory, 0o777);
    await symlink(relative(final, join(directory, created.name)), join(staging, created.name));
    const link = relative(dirname(path), join(staging, created.name));
    parsed.file.set(created.config.namedBy?.group ?? '', 'model-engine-file', link);
  }
  await writeFile(path, parsed.file.toString(), 'latin1');
}

/** Names of the directories in `engines/` that a release leads to. */
export async function linkedEngines(directory: string): Promise<string[]> {
  const names: string[] = [];
  for (const entry of await readdir(directory, { withFileTypes: true })) {
    if (!entry.isSymbolicLink()) continue;
    const target = await readlink(join(directory, entry.name)).catch(() => '');
    if (basename(dirname(dirname(target))) === 'engines') names.push(basename(dirname(target)));
  }
  return names;
}

/** Names what an engine is built of: the nvinfer config, and the content of all files that it names. */
async function keyOf(
  layout: VolumeLayout,
  staging: string,
  { config }: CreatedEngine,
  files: readonly (string | undefined)[],
): Promise<string> {
  const named = new Set(files.flatMap((path) => path ?? []));
  const contents = await Promise.all([...named].map((path) => contentOf(layout, staging, path)));
  return sha256(JSON.stringify([textOf(config), contents.sort()])).slice(0, keyLength);
}

function textOf({ file }: FollowedConfig): string {
  return file.toString();
}

/** Of a file in the store, whose digest is known; of any other on the volume; the path alone of what is elsewhere. */
async function contentOf(layout: VolumeLayout, staging: string, named: string): Promise<string> {
  const path = await realpath(named).catch(() => named);
  for (const place of [layout.store, layout.copies]) {
    const folder = await realpath(place);
    if (!path.startsWith(`${folder}${sep}`)) continue;
    const [entry = '', ...inside] = relative(folder, path).split(sep);
    return `${digestOfEntry(entry)} ${inside.join('/')}`;
  }
  if (!path.startsWith(`${staging}${sep}`)) return path;
  return sha256OfFile(path).catch(() => relative(staging, path));
}
