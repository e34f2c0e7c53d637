import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { systemClock } from '@companion/foundation/node';
import { createLog } from '@companion/edge';
import { createCredentials } from '../credentials/credentials.ts';
import type { StoredArtifact } from '../store/store.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { openVolume } from '../volume/open-volume.ts';
import { Bandwidth } from '../download/transfer/bandwidth.ts';
import { Downloader } from '../download/downloader.ts';
import type { WantedArtifact } from '../download/transfer/transfer.ts';
import { defaultFetchPolicy, type FetchPolicy } from '../download/transfer/fetch-policy.ts';

/** Answers one request; `requests` counts from 0. */
export type Answer = (request: IncomingMessage, response: ServerResponse, requests: number) => void;

/** A volume, a web server and what is fetched between them. */
export interface FetchBench {
  readonly layout: VolumeLayout;
  readonly base: string;
  readonly requests: readonly IncomingMessage[];
  readonly log: string;
  serve(answer: Answer): void;
  fetch(change: FetchChange): Promise<StoredArtifact>;
  /** Names below `partial/` and `staging/`. */
  leftovers(): Promise<string[]>;
  stop(): Promise<void>;
}

/** What a test wants to be other than usual. */
export interface FetchChange extends Partial<WantedArtifact> {
  /** `model.bin` without it. */
  readonly fileName?: string;
  readonly policy?: Partial<FetchPolicy>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly bandwidth?: Bandwidth;
  readonly makeRoom?: (needBytes: number) => Promise<void>;
  readonly onProgress?: (receivedBytes: number) => void;
}

/** Starts a server on a free port and opens a volume in `folder`, or in a new temporary directory. */
export async function startFetchBench(folder?: string): Promise<FetchBench> {
  const root = folder ?? (await mkdtemp(join(tmpdir(), 'fetch-')));
  const layout = await openVolume(join(root, 'volume'));
  const requests: IncomingMessage[] = [];
  let answer: Answer = (_request, response) => void response.writeHead(404).end();
  let log = '';
  const destination = new Writable({
    write(chunk: Buffer, _encoding, done) {
      log += chunk.toString();
      done();
    },
  });
  const server = createServer((request, response) => {
    requests.push(request);
    answer(request, response, requests.length - 1);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const base = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  let credentials = createCredentials({ directory: undefined, variables: {} });
  const downloader = new Downloader({
    layout,
    credentials: { read: (name) => credentials.read(name) },
    clock: systemClock,
    log: createLog({ module: 'test', level: 'info', destination }),
  });
  return {
    layout,
    base,
    requests,
    get log() {
      return log;
    },
    serve(next) {
      answer = next;
      requests.length = 0;
    },
    fetch: ({
      policy: change,
      fileName = 'model.bin',
      variables,
      signal = new AbortController().signal,
      bandwidth = new Bandwidth(systemClock, 0),
      makeRoom,
      onProgress = () => undefined,
      ...artifact
    }) => {
      if (variables !== undefined) credentials = createCredentials({ directory: undefined, variables });
      return downloader.fetch({
        artifact: { name: 'model', url: `${base}/model.bin`, sha256: '', sizeBytes: undefined, ...artifact },
        fileName,
        policy: { ...defaultFetchPolicy, freeBytesFloor: 0, stallTimeoutMs: 2_000, ...change },
        bandwidth,
        makeRoom,
        signal,
        onProgress: ({ receivedBytes }) => onProgress(receivedBytes),
      });
    },
    leftovers: async () => [...(await readdir(layout.partial)), ...(await readdir(layout.staging))].sort(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(root, { recursive: true, force: true });
    },
  };
}
