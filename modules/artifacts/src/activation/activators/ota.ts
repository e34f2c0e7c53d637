import { open, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname, join, posix } from 'node:path';
import { syncDirectory } from '@companion/foundation/node';
import { parseKeyFile } from '@companion/deepstream/keyfile';
import { failPoint } from '../../core/fail-point.ts';
import type { Release } from '../../domain/release.ts';
import { readRelease } from '../../release/read-release.ts';
import { activationFiles, type ActivationFiles } from './activation-files.ts';
import type { Activator, Look } from './activator.ts';
import { readSupervisorStatus } from './supervisor-status.ts';
import { replaceFileDurably } from '../../volume/durable.ts';
import type { VolumeLayout } from '../../volume/layout.ts';
import { SupervisorActivator } from './supervisor.ts';

/**
 * Activates a release that differs from the running one in its engine alone without a restart: test5 watches the file of
 * its option `-o`. Everything else takes the supervisor's restart, as does an engine that was not built yet.
 *
 * Whether test5 took the engine is not seen from here. It says so in one place only, a line on its output (`Model Update
 * Status: … result: …`), and that goes to the log of its own container: the supervisor does not stand between, because
 * behind a pipe a POSIX shell loses the app's exit code. An engine that test5 refuses leaves the old one running, so such a
 * release counts as healthy while the app lives on; the next start of the app loads what the release names, and from
 * there on its health is judged.
 */
export class OtaActivator implements Activator {
  readonly watches = true;
  readonly #supervisor: SupervisorActivator;
  readonly #layout: VolumeLayout;
  readonly #files: ActivationFiles;

  constructor(layout: VolumeLayout) {
    this.#supervisor = new SupervisorActivator(layout);
    this.#layout = layout;
    this.#files = activationFiles(layout);
  }

  async prepare(to: Release): Promise<void> {
    const { otaRelease, otaFile } = this.#files;
    const status = await readSupervisorStatus(this.#layout.supervisorStatus);
    const from = status?.state === 'running' ? await readRelease(this.#layout, status.release) : undefined;
    // The supervisor sees this before it sees the switch, and lets the app run on.
    const takes = from !== undefined && engineOnly(from, to) && (await engineOf(this.#layout, to)) !== undefined;
    await replaceFileDurably(otaRelease, takes ? `${to.id}\n` : '\n');
    failPoint('ota-prepared');
    // test5 does not start without the file.
    if (!existsSync(otaFile)) await replaceFileDurably(otaFile, '');
  }

  async notify(to: Release): Promise<void> {
    const taken = (await readFile(this.#files.otaRelease, 'utf8')).trim();
    const engine = await engineOf(this.#layout, to);
    if (taken !== to.id || engine === undefined) return;
    await writeInPlace(this.#files.otaFile, `[primary-gie]\nmodel-engine-file=${engine}\n`);
    failPoint('ota-told');
  }

  restart(): Promise<void> {
    return this.#supervisor.restart();
  }

  look(): Promise<Look> {
    return this.#supervisor.look();
  }

  trouble(release: string): Promise<readonly string[]> {
    return this.#supervisor.trouble(release);
  }
}

/** Whether two releases differ in nothing that DeepStream only reads at its start. */
export function engineOnly(from: Release, to: Release): boolean {
  const rest = ({ artifacts, config, sources, edits }: Release): string =>
    JSON.stringify({
      artifacts: artifacts.map((one) => (one.kind === 'model' ? { ...one, sha256: '', fileName: '' } : one)),
      config,
      sources: sources?.sha256,
      edits: edits.map((edit) => ({
        ...edit,
        set: Object.entries(edit.set).filter(([key]) => !(edit.group === 'primary-gie' && key === 'model-engine-file')),
      })),
    });
  return from.id !== to.id && rest(from) === rest(to);
}

/** The engine that a release's config names, as an absolute path by way of the release; undefined where it is not there. */
async function engineOf(layout: VolumeLayout, release: Release): Promise<string | undefined> {
  if (release.config === undefined) return undefined;
  const directory = join(layout.releases, release.id);
  const text = await readFile(join(directory, release.config)).catch(() => undefined);
  const parsed = text === undefined ? undefined : parseKeyFile(text);
  const named = parsed?.ok === true ? parsed.file.get('primary-gie', 'model-engine-file') : undefined;
  if (named === undefined || named === '') return undefined;
  const path = posix.resolve(dirname(join(directory, release.config)), named);
  return existsSync(path) ? path : undefined;
}

/** test5 hears of IN_CLOSE_WRITE only: a rename over the file would tell it nothing. */
async function writeInPlace(path: string, text: string): Promise<void> {
  const handle = await open(path, 'w');
  try {
    await handle.writeFile(text);
    await handle.sync();
  } finally {
    await handle.close();
  }
  await syncDirectory(dirname(path));
}
