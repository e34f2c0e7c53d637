/** What tests of other folders drive of this module; no production code imports it. */
export { createReleaseControl, type ReleaseControl } from '../activation/release-control.ts';
export { createTarParser } from '../archive/tar-parser.ts';
export { createTarReader, type TarReader, type TarSink } from '../archive/tar-reader.ts';
export { createTreeWriter, type TreeWriter } from '../archive/tree-writer.ts';
export { unpackZip } from '../archive/unpack-zip.ts';
export { createCredentials } from '../credentials/credentials.ts';
export { fetchArtifact } from '../download/fetch-artifact.ts';
export { defaultFetchPolicy, type FetchPolicy } from '../download/transfer/fetch-policy.ts';
export { collectGarbage } from '../release/garbage.ts';
export { measureDownloads } from '../report/download-metrics.ts';
export { transitionKey } from '../report/reported-properties.ts';
export { sha256, startFetchBench, type Answer, type FetchBench, type FetchChange } from './fetch-bench.ts';
