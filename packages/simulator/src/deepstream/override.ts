import { lstatSync, watch, type FSWatcher } from 'node:fs';
import { dirname } from 'node:path';
import { sleep, type Clock } from '@companion/foundation';
import { openConfig, type ConfigFile } from './plan/config-file.ts';
import type { Files } from './plan/files.ts';
import type { PlanDiagnostic } from './plan/plan-diagnostic.ts';

/** Node tells that a file was written, not that it was closed: this long after the last write it counts as closed. */
const settleMs = 50;

export interface OverrideOptions {
  /** As it was given: names of files are looked for inside this text. */
  readonly file: string;
  readonly files: Files;
  readonly clock: Clock;
  readonly signal: AbortSignal;
  readonly print: (text: string) => void;
  /** How long the new engine takes to be loaded. */
  readonly loadMs: number;
}

/**
 * `-o`: takes the model of another config while running, by the rules of test5's ota_handler_thread (9.1): a
 * file was written in place whose name is part of the path as it was given, or something was moved to a name that is part
 * of `..data`. A file that was replaced by a rename does nothing. For a link the folder above is watched too.
 */
export class OverrideWatch {
  readonly #options: OverrideOptions;
  readonly #watchers: FSWatcher[] = [];
  /** Writes so far: a later one cancels the reading that an earlier one has announced. */
  #writes = 0;

  constructor(options: OverrideOptions) {
    this.#options = options;
  }

  start(): void {
    const { file, files, print, signal } = this.#options;
    const real = files.real(file);
    print(`REAL PATH = ${real}\n`);
    const folder = dirname(real);
    const folders = [folder];
    if (lstatSync(file).isSymbolicLink()) {
      print(' Override File Provided is Soft Link\n');
      folders.push(`${folder}/..`);
    }
    for (const path of folders) {
      this.#watchers.push(watch(path, (event, name) => void this.#seen(event, name ?? '')));
    }
    signal.addEventListener('abort', () => {
      for (const watcher of this.#watchers) watcher.close();
    });
  }

  async #seen(event: 'change' | 'rename', name: string): Promise<void> {
    const { file, clock, signal, print } = this.#options;
    if (name === '') return;
    if (event === 'rename') {
      if ('..data'.includes(name)) await this.#apply();
      return;
    }
    if (!file.includes(name)) return;
    this.#writes += 1;
    const write = this.#writes;
    await sleep(clock, settleMs, signal);
    if (signal.aborted || write !== this.#writes) return;
    print(`File ${name} modified.\n`);
    await this.#apply();
  }

  async #apply(): Promise<void> {
    const { file, files, clock, signal, print, loadMs } = this.#options;
    const findings: PlanDiagnostic[] = [];
    const config = openConfig({ files, findings, notes: [] }, file);
    const read = config === undefined ? 'refused' : readOverride(config, files);
    if (read === 'refused') {
      print(`** ERROR: <ota_handler_thread:1651>: Failed to parse config file '${file}'\n`);
      print(`Error: ota_handler_thread: Failed to parse config file '${file}'`);
      return;
    }
    // A group that is not enabled is not read on, and nothing is said.
    if (read === 'disabled') return;
    if (read.engine === undefined) {
      print('\nInvalid New Model Update Request received. Property model-engine-path is not set\n');
      return;
    }
    const startMs = clock.now();
    print(`\nNew Model Update Request primary_gie ----> ${read.engine}\n`);
    await sleep(clock, loadMs, signal);
    if (signal.aborted) return;
    const result = (files.size(read.engine) ?? 0) > 0 ? 'ok' : 'failed';
    const tookMs = (clock.now() - startMs).toFixed(6);
    print(`\nModel Update Status: Updated model : ${read.engine}, OTATime = ${tookMs} ms, result: ${result} \n\n`);
  }
}

/** What the parser makes of an override file: it is a whole app config to it. */
function readOverride(
  config: ConfigFile,
  files: Files,
): 'refused' | 'disabled' | { readonly engine: string | undefined } {
  // The list of sources is never emptied, so a source of the first config is refused as a duplicate (deepstream_config_file_parser.c:475).
  const repeats = config.numbered('source').some(({ group }) => config.integer(group, 'enable', 0) !== 0);
  if (repeats && config.format === 'keyfile') return 'refused';
  const group = 'primary-gie';
  if (!config.has(group) || config.integer(group, 'enable', 0) === 0) return 'disabled';
  if (config.text(group, 'config-file') === undefined) return 'refused';
  const labels = config.pathOf(group, 'labelfile-path');
  if (labels !== undefined && files.size(labels) === undefined) return 'refused';
  return { engine: config.pathOf(group, 'model-engine-file') };
}
