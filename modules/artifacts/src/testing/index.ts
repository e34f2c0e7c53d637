/** What tests of other folders drive of this module; no production code imports it. */
export { ReleaseControl } from '../activation/release-control.ts';
export { TarParser, type TarPart } from '../archive/tar-parser.ts';
export { TreeWriter } from '../archive/tree-writer.ts';
export { unpackZip } from '../archive/unpack-zip.ts';
export { createCredentials } from '../credentials/credentials.ts';
export { Downloader } from '../download/downloader.ts';
export { Bandwidth } from '../download/transfer/bandwidth.ts';
export { defaultFetchPolicy, type FetchPolicy } from '../download/transfer/fetch-policy.ts';
export { collectGarbage } from '../release/garbage.ts';
export { DownloadMetrics } from '../report/download-metrics.ts';
export { transitionKey } from '../report/reported-properties.ts';
export { FileSystemFlusher } from '../volume/file-system-flusher.ts';
export { openVolume } from '../volume/open-volume.ts';
export { Undeletable } from '../volume/undeletable.ts';
export { startFetchBench, type Answer, type FetchBench, type FetchChange } from './fetch-bench.ts';
export { makeReconciler } from './make-reconciler.ts';
