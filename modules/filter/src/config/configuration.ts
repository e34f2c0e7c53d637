import type { DesiredDocument, Log } from '@companion/edge';
import type { FieldProblem } from '@companion/occupancy';
import { applyDesired, type Settings } from './desired-state.ts';
import { createZonesFile } from './zones-file.ts';

/** What the twin and the zones file that it names say. */
export interface Configuration {
  /** What is in force. */
  readonly settings: Settings;
  /** What is wrong in the newest document, or with the file that it names. */
  readonly problems: readonly FieldProblem[];
  /** Takes the newest document. */
  take(document: DesiredDocument): Promise<void>;
  /** Looks at the zones file again: the release may have flipped, or the file come only now. */
  readAgain(): Promise<void>;
}

/** `root`: the volume that the artifacts module fills. `onChange`: settings or problems are others than before. */
interface ConfigurationOptions {
  readonly initial: Settings;
  readonly root: string;
  readonly log: Log;
  readonly onChange: () => void;
}

/** Makes a configuration that begins with what a checkpoint knows. */
export function createConfiguration({ initial, root, log, onChange }: ConfigurationOptions): Configuration {
  const zonesFile = createZonesFile({ root, log });
  let settings = initial;
  let newest: DesiredDocument | undefined;
  /** The file that the newest document names, or the one in force where that document can't be understood. */
  let named: string | null = null;

  function apply(document: DesiredDocument): void {
    settings = applyDesired(settings, document, zonesFile.content);
    const { version, config, problems } = settings;
    const rejected = Object.keys(settings.rejected).length;
    log.info({ version, zones: config.zones.length, rejected, problems }, 'zones taken');
    onChange();
  }

  return {
    get settings() {
      return settings;
    },
    get problems() {
      const { problem } = zonesFile;
      return problem === undefined ? settings.problems : [...settings.problems, { field: 'zonesFile', problem }];
    },
    async take(document) {
      newest = document;
      const before = named;
      // Without any content, which may be another file's.
      named = applyDesired(settings, document).options.zonesFile;
      if (named !== null || before !== null) await zonesFile.read(named);
      if (newest === document) apply(document);
    },
    async readAgain() {
      const document = newest;
      if (named === null || document === undefined) return;
      const { problem } = zonesFile;
      const changed = await zonesFile.read(named);
      // Its own read waits behind this one, and the content is not yet that of its file.
      if (newest !== document) return;
      if (changed) apply(document);
      else if (problem !== zonesFile.problem) onChange();
    },
  };
}
