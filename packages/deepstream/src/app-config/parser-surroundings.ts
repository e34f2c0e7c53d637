/** What checking a key file as the app's own parser needs beside it. */
export interface ParserSurroundings {
  readonly path: string;
  /** Whether DeepStream can write into a directory, as it names it; undefined where that can't be known. */
  readonly writable: (directory: string) => boolean | undefined;
  /** Whether that answer is the device's own. */
  readonly onDevice: boolean;
}
