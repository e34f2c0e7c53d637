import { createHash } from 'node:crypto';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Writable } from 'node:stream';
import { createLog } from '@companion/edge';
import { systemClock, type Clock } from '../core/clock.ts';
import { createCredentials } from '../credentials/credentials.ts';
import type { StoredArtifact } from '../store/store.ts';
import type { VolumeLayout } from '../volume/layout.ts';
import { openVolume } from '../volume/open-volume.ts';
import type { Bandwidth } from '../download/transfer/bandwidth.ts';
import { fetchArtifact, type WantedArtifact } from '../download/fetch-artifact.ts';
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
  readonly policy?: Partial<FetchPolicy>;
  readonly variables?: Readonly<Record<string, string>>;
  readonly signal?: AbortSignal;
  readonly clock?: Clock;
  readonly bandwidth?: Bandwidth;
  readonly makeRoom?: (needBytes: number) => Promise<void>;
  readonly onProgress?: (receivedBytes: number) => void;
}

/** SHA-256 in hexadecimal. */
export function sha256(bytes: Buffer): string {
  return createHash('sha256').update(bytes).digest('hex');
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
      policy,
      variables = {},
      signal,
      clock = systemClock,
      bandwidth,
      makeRoom,
      onProgress = () => undefined,
      ...artifact
    }) =>
      fetchArtifact({
        layout,
        artifact: { name: 'model', url: `${base}/model.bin`, sha256: '', sizeBytes: undefined, ...artifact },
        fileName: 'model.bin',
        policy: { ...defaultFetchPolicy, freeBytesFloor: 0, stallTimeoutMs: 2_000, ...policy },
        credentials: createCredentials({ directory: undefined, variables }),
        bandwidth,
        makeRoom,
        clock,
        signal: signal ?? new AbortController().signal,
        onProgress: (_state, receivedBytes) => onProgress(receivedBytes),
        log: createLog({ module: 'test', level: 'info', destination }),
      }),
    leftovers: async () => [...(await readdir(layout.partial)), ...(await readdir(layout.staging))].sort(),
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(root, { recursive: true, force: true });
    },
  };
}
