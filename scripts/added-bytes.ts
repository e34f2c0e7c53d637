/** The first instruction of the last stage of each of our Dockerfiles. */
const firstOfOurs = 'LABEL org.opencontainers.image.title=deepstream-companion-';

/** A line of an image's history, as `docker history` and the Engine API tell it. */
export interface HistoryLine {
  readonly CreatedBy: string;
  /** Bytes. */
  readonly Size: number;
}

/**
 * How many bytes our layers add to the base image; `history` is newest first. The base itself need not be at hand:
 * BuildKit keeps it to itself. Throws where the image is not one of ours.
 */
export function addedBytes(history: readonly HistoryLine[]): number {
  const first = history.findIndex(({ CreatedBy }) => CreatedBy.includes(firstOfOurs));
  if (first < 0) throw new Error('no image of ours: its history has no title');
  return history.slice(0, first + 1).reduce((sum, { Size }) => sum + Size, 0);
}
