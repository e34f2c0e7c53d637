/** A file beside the config that has to be written too: a table of sources, or a description of sensors. */
export interface CompanionFile {
  /** As the config names it, relative to the config's directory. */
  readonly path: string;
  readonly text: string;
  /** Set where another file of that name must stay as it is; otherwise this one takes its place. */
  readonly isNew?: true;
}

/** Takes a file that is to be written beside the config. */
export type WriteBeside = (file: CompanionFile) => void;
