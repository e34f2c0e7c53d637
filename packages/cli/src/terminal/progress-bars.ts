import type { ArtifactProgress } from '@companion/artifacts';
import { formatBytes } from '@companion/foundation';

/** Shows how far downloads are. */
export interface ProgressBars {
  show(name: string, progress: ArtifactProgress): void;
  /** Takes the bars away; what was done stays written. */
  end(): void;
}

interface ProgressBarsOptions {
  readonly write: (text: string) => void;
  /** Width of the terminal in characters; undefined for a file or a pipe, which gets a line a transition instead. */
  readonly columns: number | undefined;
}

const barLength = 24;
/** Up so many lines, and clear from there on. */
const rewind = (lines: number): string => (lines === 0 ? '' : `\x1b[${lines}A\x1b[J`);

/** Creates bars for the artifacts under way; one that is ready or failed leaves a line for good. */
export function createProgressBars({ write, columns }: ProgressBarsOptions): ProgressBars {
  const underWay = new Map<string, ArtifactProgress>();
  const states = new Map<string, string>();
  // A terminal that does not know its width says 0.
  const width = columns === undefined || columns === 0 ? 80 : columns;
  let drawn = 0;

  const draw = (above: string): void => {
    const bars = [...underWay].map(([name, progress]) => `${barText(name, progress).slice(0, width - 1)}\n`);
    write(`${rewind(drawn)}${above}${bars.join('')}`);
    drawn = bars.length;
  };
  return {
    show(name, progress) {
      const { state } = progress;
      const moved = states.get(name) !== state;
      states.set(name, state);
      if (columns === undefined) {
        if (moved) write(`${lineText(name, progress)}\n`);
        return;
      }
      const over = state === 'ready' || state === 'failed';
      if (over) underWay.delete(name);
      else underWay.set(name, progress);
      draw(over && moved ? `${lineText(name, progress)}\n` : '');
    },
    end() {
      if (drawn > 0) write(rewind(drawn));
      drawn = 0;
    },
  };
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
