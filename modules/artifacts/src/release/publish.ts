import { randomUUID } from 'node:crypto';
import { constants, existsSync, readFileSync, statSync } from 'node:fs';
import { cp, mkdir, readFile, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join, relative } from 'node:path';
import { maxTextBytes } from '@companion/deepstream/app-config';
import { hasErrno } from '@companion/foundation/node';
import { ArtifactError } from '../core/artifact-error.ts';
import type { EditSpec } from '../domain/desired.ts';
import { failPoint } from '../core/fail-point.ts';
import { folderOfKind, type Release, type ReleaseArtifact } from '../domain/release.ts';
import { findEntry, listEntries, type Entry } from '../store/entries.ts';
import { manifestOfRelease, writeManifest } from '../store/manifest.ts';
import { flushTree, renameDurably } from '../volume/durable.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { releaseFile } from './published.ts';
import { changeConfig } from './edits.ts';
import { keepEngines } from './kept-engines.ts';
import { mergeTree } from './merge-tree.ts';
import { checkRelease } from './preflight.ts';
import { describeRelease } from './read-release.ts';
import { describeFiles } from './release-damage.ts';

/** File in a release that tells the supervisor, in one line, which config DeepStream runs: sh reads no JSON. */
export const appConfigFile = 'app-config';

/**
 * Builds a release beside the others and puts it in place with one rename. Its models and streams are relative links into
 * the store, its configs are real files: the edited copies. One that is there already is mended file by file. Rejects
 * with a retryable `VOLUME_FAILED` where the store lacks content of it.
 */
export async function publishRelease(layout: VolumeLayout, release: Release): Promise<void> {
  const entries = await listEntries(layout);
  const staging = join(layout.staging, randomUUID());
  const final = join(layout.releases, release.id);
  await mkdir(staging);
  failPoint('release-begun');
  try {
    for (const artifact of release.artifacts) await place(entries, artifact, staging, final);
    failPoint('release-placed');
    await applyEdits(staging, release);
    failPoint('release-edited');
    if (release.config !== undefined) {
      await readConfig(staging, release.config);
      await keepEngines(layout, { staging, final, config: release.config });
      checkRelease(staging, release.config, layout.root);
      await writeFile(join(staging, appConfigFile), `${release.config}\n`);
    }
    await writeFile(join(staging, releaseFile), describeRelease(release));
    failPoint('release-written');
    await flushTree(staging);
    failPoint('release-flushed');
    await writeManifest(layout, manifestOfRelease(release.id), await describeFiles(staging));
    failPoint('release-described');
    if (existsSync(final)) await mergeTree(staging, final);
    else await renameDurably(staging, final);
    failPoint('release-published');
  } finally {
    await rm(staging, { recursive: true, force: true });
  }
}

async function place(
  entries: readonly Entry[],
  artifact: ReleaseArtifact,
  staging: string,
  final: string,
): Promise<void> {
  const inside = join(folderOfKind[artifact.kind], artifact.name);
  const stored = findEntry(entries, artifact)?.path;
  if (stored === undefined) {
    const message = `${artifact.name}: its content is not in the store any more and is fetched again`;
    throw new ArtifactError('VOLUME_FAILED', message, { retryable: true, facts: { artifact: artifact.name } });
  }
  await mkdir(dirname(join(staging, inside)), { recursive: true });
  if (artifact.kind === 'config') {
    await cp(stored, join(staging, inside), { recursive: true, mode: constants.COPYFILE_FICLONE });
    return;
  }
  // Relative to where the release will stand: the volume is mounted elsewhere in DeepStream's container.
  await symlink(relative(dirname(join(final, inside)), stored), join(staging, inside));
}

async function applyEdits(staging: string, release: Release): Promise<void> {
  const editsOfFile = new Map<string, EditSpec[]>();
  for (const edit of release.edits) {
    const file = edit.file ?? release.config;
    if (file === undefined) continue;
    editsOfFile.set(file, [...(editsOfFile.get(file) ?? []), edit]);
  }
  const { config, sources } = release;
  // What was read back has lost its URIs; such a release is there already, and nobody publishes it again.
  if (sources !== undefined && sources.uris === undefined) throw new Error(`release ${release.id} was read back`);
  if (sources !== undefined && config !== undefined && !editsOfFile.has(config)) editsOfFile.set(config, []);
  for (const [file, edits] of editsOfFile) {
    const text = await readConfig(staging, file);
    const changed = changeConfig(text, file, {
      sources: file === config ? sources?.uris : undefined,
      edits: edits.map(asBytes),
      read: (path) => readIfThere(join(staging, path)),
    });
    await writeFile(join(staging, file), changed.text, 'latin1');
    if (changed.beside === undefined) continue;
    await mkdir(dirname(join(staging, changed.beside.path)), { recursive: true });
    await writeFile(join(staging, changed.beside.path), changed.beside.text, 'latin1');
  }
}

/** Configs are read and written as latin1, which keeps every byte whatever encoding they are in; values that go into them are UTF-8. */
function asBytes(edit: EditSpec): EditSpec {
  const set = Object.entries(edit.set).map(([key, value]) => [key, Buffer.from(value, 'utf8').toString('latin1')]);
  return { ...edit, set: Object.fromEntries(set) as Record<string, string> };
}

/** A table of sources; what is larger than a text is none. */
function readIfThere(path: string): string | undefined {
  try {
    if (statSync(path).size > maxTextBytes) return undefined;
    return readFileSync(path, 'latin1');
  } catch (cause) {
    if (hasErrno(cause, 'ENOENT', 'ENOTDIR', 'EISDIR')) return undefined;
    throw cause;
  }
}

async function readConfig(staging: string, path: string): Promise<string> {
  try {
    const { size } = await stat(join(staging, path));
    if (size > maxTextBytes) throw tooLargeConfig(path, size);
    return await readFile(join(staging, path), 'latin1');
  } catch (cause) {
    if (!hasErrno(cause, 'ENOENT', 'ENOTDIR', 'EISDIR')) throw cause;
    throw new ArtifactError(
      'CONFIG_MISSING',
      `${path} is not in the release; is the file's name inside its archive another?`,
      {
        retryable: false,
        facts: { path },
        cause,
      },
    );
  }
}

function tooLargeConfig(path: string, sizeBytes: number): ArtifactError {
  const reason = `has ${sizeBytes} bytes, and a config may have ${maxTextBytes}: is it the right file?`;
  return new ArtifactError('CONFIG_INVALID', `${path}:1: ${reason}`, {
    retryable: false,
    facts: { path, line: 1, reason },
  });
}
