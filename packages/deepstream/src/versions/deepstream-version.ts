/** One version of DeepStream: what it runs on, what it is pulled as, and how we know. */
export interface DeepStreamVersion {
  readonly version: string;
  /** JetPack releases that it runs on; empty where our sources name none. */
  readonly jetPack: readonly string[];
  /** Their Jetson Linux releases, as the first line of `/etc/nv_tegra_release` has them. */
  readonly jetsonLinux: readonly string[];
  readonly modules: string;
  /** Undefined where our sources name none. */
  readonly jetsonImage: string | undefined;
  readonly x86Image: string | undefined;
  /** The oldest driver for a GPU server. */
  readonly x86Driver: string | undefined;
  /** Whether the source of its message encoder and of its test app was read for what our pages say about it. */
  readonly sourceRead: boolean;
  /** What a reader has to know before believing the row. */
  readonly note?: string;
}
