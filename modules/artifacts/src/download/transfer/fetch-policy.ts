/** Proxies as the environment names them. */
export interface ProxySettings {
  readonly http?: string | undefined;
  readonly https?: string | undefined;
  /** Comma or space separated: `*`, host names with their subdomains, `.domain`, addresses, each perhaps with `:port`. */
  readonly none?: string | undefined;
}

/** What downloads may cost this device. */
export interface FetchPolicy {
  readonly maxArtifactBytes: number;
  /** Must stay free on the volume. */
  readonly freeBytesFloor: number;
  readonly maxUnpackedBytes: number;
  readonly maxEntries: number;
  /** A connection that brings nothing for so long is given up. */
  readonly stallTimeoutMs: number;
  /** The only place that `file:` URLs may name; undefined refuses them all. */
  readonly importDirectory?: string | undefined;
  /** Whether a server in the internet may send a download on to an address of this device's networks. */
  readonly privateRedirects: 'allow' | 'deny';
  readonly proxy?: ProxySettings | undefined;
  /** PEM files with certificate authorities that are trusted besides the usual ones. */
  readonly extraCaFiles: readonly string[];
}

/** What holds where neither the twin nor the environment says otherwise. */
export const defaultFetchPolicy: FetchPolicy = {
  maxArtifactBytes: 4 * 1024 ** 3,
  freeBytesFloor: 256 * 1024 ** 2,
  maxUnpackedBytes: 16 * 1024 ** 3,
  maxEntries: 200_000,
  stallTimeoutMs: 60_000,
  privateRedirects: 'allow',
  extraCaFiles: [],
};
