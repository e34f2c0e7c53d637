import { open, readFile } from 'node:fs/promises';
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import { syncDirectory } from '@companion/foundation/node';
import { failPoint } from '../../core/fail-point.ts';
import type { ActivateSpec } from '../../domain/desired.ts';
import type { Release } from '../../domain/release.ts';
import { readRelease } from '../../release/read-release.ts';
import { activationFiles, type ActivationFiles } from './activation-files.ts';
import type { Activator, Look } from './activator.ts';
import { awaitModelUpdate, OutputMark, type ModelUpdate } from './model-update.ts';
import { primaryModelOf, sameBesidesEngine } from './ota-model.ts';
import { readSupervisorStatus } from './supervisor-status.ts';
import { replaceFileDurably } from '../../volume/durable.ts';
import type { VolumeLayout } from '../../volume/layout.ts';
import { SupervisorActivator } from './supervisor.ts';

/** An engine of a few hundred megabytes loads within this, on a Jetson Nano too. */
const maxLoadMs = 120_000;

/**
 * Activates a release that differs from the running one in its engine alone without a restart: test5 watches the file of
 * its option `-o`. Everything else takes the supervisor's restart, as does an engine that was not built yet.
 *
 * test5 says what it made of the engine on its output only, which the supervisor keeps on the volume. Whatever is not
 * proven to be taken (it was refused, or nothing was said, or an older supervisor keeps no output) takes a restart too:
 * the app then loads what the release names, and its health is judged by that.
 */
export class OtaActivator implements Activator {
  readonly watches = true;
  readonly #supervisor: SupervisorActivator;
  readonly #layout: VolumeLayout;
  readonly #files: ActivationFiles;
  readonly #answerWithinMs: number;
  /** Why the last release took a restart though its engine was all that differed. */
  #refusal: string | undefined;

  constructor(layout: VolumeLayout, { giveUpAfterSec }: ActivateSpec) {
    this.#supervisor = new SupervisorActivator(layout);
    this.#layout = layout;
    this.#files = activationFiles(layout);
    this.#answerWithinMs = Math.min(maxLoadMs, (giveUpAfterSec * 1_000) / 2);
  }

  async prepare(to: Release): Promise<void> {
    const { otaRelease, otaFile } = this.#files;
    // The supervisor sees this before it sees the switch, and lets the app run on.
    await replaceFileDurably(otaRelease, (await this.#canTake(to)) ? `${to.id}\n` : '\n');
    failPoint('ota-prepared');
    // test5 does not start without the file.
    if (!existsSync(otaFile)) await replaceFileDurably(otaFile, '');
  }

  async notify(to: Release, signal: AbortSignal): Promise<void> {
    this.#refusal = undefined;
    const taken = (await readFile(this.#files.otaRelease, 'utf8')).trim();
    const model = await primaryModelOf(this.#layout, to);
    if (taken !== to.id || model === undefined) return;
    const mark = await OutputMark.set(this.#layout);
    const { inferConfig, engine } = model;
    await writeInPlace(
      this.#files.otaFile,
      `[primary-gie]\nenable=1\nconfig-file=${inferConfig}\nmodel-engine-file=${engine}\n`,
    );
    failPoint('ota-told');
    const update = await awaitModelUpdate(mark, engine, { withinMs: this.#answerWithinMs, signal });
    if (update === 'ok') return;
    this.#refusal = `${refusals[update]}: it was started again on the release instead`;
    await replaceFileDurably(this.#files.otaRelease, '\n');
    await this.restart();
  }

  restart(): Promise<void> {
    return this.#supervisor.restart();
  }

  async look(): Promise<Look> {
    const look = await this.#supervisor.look();
    return this.#refusal === undefined ? look : { ...look, advice: look.advice ?? this.#refusal };
  }

  trouble(release: string): Promise<readonly string[]> {
    return this.#supervisor.trouble(release);
  }

  /** Whether what runs now can become this release by another engine. */
  async #canTake(to: Release): Promise<boolean> {
    const status = await readSupervisorStatus(this.#layout.supervisorStatus);
    const from = status?.state === 'running' ? await readRelease(this.#layout, status.release) : undefined;
    // Told again after a cut: the supervisor has seen the switch, and test5 may have the engine or not.
    if (from?.id === to.id) return (await readFile(this.#files.otaRelease, 'utf8').catch(() => '')).trim() === to.id;
    if (from === undefined || !engineOnly(from, to)) return false;
    const [before, after] = [await primaryModelOf(this.#layout, from), await primaryModelOf(this.#layout, to)];
    return before !== undefined && after !== undefined && sameBesidesEngine(before, after);
  }
}

const refusals: Readonly<Record<Exclude<ModelUpdate, 'ok'>, string>> = {
  failed: 'DeepStream could not load the new engine while it ran',
  refused: 'DeepStream refused the new engine while it ran',
  silent: 'DeepStream did not say that it took the new engine (is -o /artifacts/ota.txt at the end of its Entrypoint?)',
};

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
