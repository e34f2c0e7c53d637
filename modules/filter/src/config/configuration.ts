import type { DesiredDocument, Log } from '@companion/edge';
import { mistake, reportedMistake, type Mistake } from '@companion/occupancy';
import { applyDesired, type DesiredState } from './desired-state.ts';
import { ZonesFile } from './zones-file.ts';

/** `root`: the volume that the artifacts module fills. `onChange`: settings or mistakes are others than before. */
interface ConfigurationOptions {
  readonly initial: DesiredState;
  readonly root: string;
  readonly log: Log;
  readonly onChange: () => void;
}

/** What the twin and the zones file that it names say. Begins with what a checkpoint knows. */
export class Configuration {
  readonly #log: Log;
  /** Settings or mistakes are others than before. */
  readonly #onChange: () => void;
  readonly #zonesFile: ZonesFile;
  #settings: DesiredState;
  #newest: DesiredDocument | undefined;
  /** The file that the newest document names, or the one in force where that document can't be understood. */
  #named: string | null = null;

  constructor({ initial, root, log, onChange }: ConfigurationOptions) {
    this.#log = log;
    this.#onChange = onChange;
    this.#zonesFile = new ZonesFile({ root, log });
    this.#settings = initial;
  }

  /** What is in force. */
  get settings(): DesiredState {
    return this.#settings;
  }

  /** What is wrong in the newest document, or with the file that it names. */
  get mistakes(): readonly Mistake[] {
    const { mistakes } = this.#settings;
    const { problem } = this.#zonesFile;
    return problem === undefined ? mistakes : [...mistakes, mistake('zones_file', { path: ['zonesFile'] }, problem)];
  }

  /** Takes the newest document. */
  async take(document: DesiredDocument): Promise<void> {
    this.#newest = document;
    const before = this.#named;
    // Without any content, which may be another file's.
    this.#named = applyDesired(this.#settings, document).options.zonesFile;
    if (this.#named !== null || before !== null) await this.#zonesFile.read(this.#named);
    if (this.#newest === document) this.#apply(document);
  }

  /** Looks at the zones file again: the release may have flipped, or the file come only now. */
  async readAgain(): Promise<void> {
    const document = this.#newest;
    if (this.#named === null || document === undefined) return;
    const { problem } = this.#zonesFile;
    const changed = await this.#zonesFile.read(this.#named);
    // Its own read waits behind this one, and the content is not yet that of its file.
    if (this.#newest !== document) return;
    if (changed) this.#apply(document);
    else if (problem !== this.#zonesFile.problem) this.#onChange();
  }

  #apply(document: DesiredDocument): void {
    this.#settings = applyDesired(this.#settings, document, this.#zonesFile.content);
    const { version, config, mistakes } = this.#settings;
    const rejected = Object.keys(this.#settings.rejected).length;
    const problems = mistakes.map(reportedMistake);
    this.#log.info({ version, zones: config.zones.length, rejected, problems }, 'zones taken');
    this.#onChange();
  }
}
