import type { ArtifactProgress } from '@companion/artifacts';
import { formatBytes } from '@companion/foundation';

/** Where progress goes. */
export interface ProgressBarsOptions {
  readonly write: (text: string) => void;
  /** Width of the terminal in characters; undefined for a file or a pipe, which gets a line a transition instead. */
  readonly columns: number | undefined;
}

const barLength = 24;

/** Shows how far downloads are: a bar for each that is under way; one that is ready or failed leaves a line for good. */
export class ProgressBars {
  readonly #options: ProgressBarsOptions;
  /** What has a bar, by name. */
  readonly #underWay = new Map<string, ArtifactProgress>();
  /** The last state of each, so that a line is written once. */
  readonly #states = new Map<string, ArtifactProgress['state']>();
  /** How many lines of bars stand on the screen. */
  #drawn = 0;

  constructor(options: ProgressBarsOptions) {
    this.#options = options;
  }

  show(name: string, progress: ArtifactProgress): void {
    const { write, columns } = this.#options;
    const { state } = progress;
    const moved = this.#states.get(name) !== state;
    this.#states.set(name, state);
    if (columns === undefined) {
      if (moved) write(`${lineText(name, progress)}\n`);
      return;
    }
    const over = state === 'ready' || state === 'failed';
    if (over) this.#underWay.delete(name);
    else this.#underWay.set(name, progress);
    // A terminal that does not know its width says 0.
    this.#draw(over && moved ? `${lineText(name, progress)}\n` : '', columns === 0 ? 80 : columns);
  }

  /** Takes the bars away; what was done stays written. */
  end(): void {
    if (this.#drawn > 0) this.#options.write(rewind(this.#drawn));
    this.#drawn = 0;
  }

  #draw(above: string, width: number): void {
    const bars = [...this.#underWay].map(([name, progress]) => `${barText(name, progress).slice(0, width - 1)}\n`);
    this.#options.write(`${rewind(this.#drawn)}${above}${bars.join('')}`);
    this.#drawn = bars.length;
  }
}

/** Up so many lines, and clear from there on. */
function rewind(lines: number): string {
  return lines === 0 ? '' : `\x1b[${lines}A\x1b[J`;
}

function lineText(name: string, { state, error }: ArtifactProgress): string {
  return error === undefined ? `${name}: ${state}` : `${name}: ${state}: ${error.message} [${error.code}]`;
}

function barText(name: string, { state, receivedBytes = 0, totalBytes }: ArtifactProgress): string {
  if (totalBytes === undefined || totalBytes === 0) return `${name} ${state} ${formatBytes(receivedBytes)}`;
  const part = Math.min(1, receivedBytes / totalBytes);
  const full = Math.floor(part * barLength);
  const bar = `${'#'.repeat(full)}${'-'.repeat(barLength - full)}`;
  const percent = `${Math.floor(part * 100)}`.padStart(3);
  return `${name} [${bar}] ${percent} % of ${formatBytes(totalBytes)} ${state}`;
}
