import { randomBytes } from 'node:crypto';
import { readFile, stat, writeFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { join } from 'node:path';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { gzipSync } from 'node:zlib';
import { sha256 } from '@companion/foundation/node';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { startFetchBench, type Answer, type FetchBench, type FetchChange } from '@companion/artifacts/testing';

const size = 2 * 1024 * 1024;
const half = size / 2;
const right = randomBytes(size);
const other = randomBytes(size);
const digest = sha256(right);
const etag = '"v1"';
type Headers = Record<string, string | number>;

let bench: FetchBench;

/** The rest of the file from where the request asks, as a sound server sends it. */
function sound(request: IncomingMessage, response: ServerResponse, bytes = right, headers: Headers = { etag }): void {
  const first = Number(/^bytes=(\d+)-$/.exec(request.headers.range ?? '')?.[1] ?? Number.NaN);
  if (Number.isNaN(first) || (headers['etag'] !== undefined && request.headers['if-range'] !== headers['etag'])) {
    response.writeHead(200, { 'content-length': bytes.length, ...headers }).end(bytes);
    return;
  }
  const range = `bytes ${first}-${bytes.length - 1}/${bytes.length}`;
  response.writeHead(206, { 'content-range': range, 'content-length': bytes.length - first, ...headers });
  response.end(bytes.subarray(first));
}

const soundly: Answer = (request, response) => sound(request, response);

/** Half of the file, then the connection is gone. */
function cut(response: ServerResponse, headers: Headers = { etag }, bytes = right): void {
  response.writeHead(200, { 'content-length': bytes.length, ...headers });
  response.write(bytes.subarray(0, half));
  // Bytes that the client has not read when the connection breaks are lost to it: let it read them first.
  void partWritten(half).then(() => response.destroy());
}

/** Resolves when the partial file has been written since now and holds so many bytes. */
async function partWritten(bytes: number): Promise<void> {
  const file = join(bench.layout.partial, `${digest}.part`);
  const look = () => stat(file).catch(() => undefined);
  const before = await look();
  for (let now = before; now?.size !== bytes || now.mtimeMs === before?.mtimeMs; now = await look()) {
    // A case that is over takes its volume with it.
    if (now === undefined) return;
    await nextTurn();
  }
}

/** The first answer is cut; what comes then is the misbehaviour. */
function afterCut(then: Answer, headers?: Headers): Answer {
  return (request, response, count) => (count === 0 ? cut(response, headers) : then(request, response, count));
}

/** A 206 with these headers, once; sound afterwards. */
function lyingRange(headers: Headers, body = right.subarray(half)): Answer {
  return afterCut((request, response, count) => {
    if (count > 1) sound(request, response);
    else response.writeHead(206, { etag, ...headers }).end(body);
  });
}

interface Case {
  readonly name: string;
  readonly answer: Answer;
  readonly change?: FetchChange;
  /** A code where a typed error is right; the right bytes otherwise. */
  readonly code?: string;
  readonly facts?: object;
  readonly requests?: number;
}

const range = `bytes ${half}-${size - 1}/${size}`;
const cases: readonly Case[] = [
  { name: 'a sound server is asked once', answer: (request, response) => sound(request, response), requests: 1 },
  { name: 'a cut is taken up where it was', answer: afterCut(soundly), requests: 2 },
  {
    name: 'a cut with Last-Modified alone is taken up too',
    answer: afterCut(
      (request, response) => sound(request, response, right, { 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' }),
      { 'last-modified': 'Mon, 01 Jan 2024 00:00:00 GMT' },
    ),
    requests: 2,
  },
  {
    name: 'a file replaced between the requests is never mixed',
    answer: afterCut((request, response) => sound(request, response, other, { etag: '"v2"' })),
    code: 'DIGEST_MISMATCH',
  },
  {
    name: 'a file put right between the requests is taken whole',
    answer: (request, response, count) =>
      count === 0 ? cut(response, { etag: '"v0"' }, other) : sound(request, response),
    requests: 2,
  },
  {
    name: 'a server that ignores If-Range and replaced the file is found out',
    answer: (request, response, count) => (count === 0 ? cut(response, { etag }, other) : sound(request, response)),
    code: 'DIGEST_MISMATCH',
  },
  {
    name: 'a 206 with another ETag is not believed',
    answer: lyingRange({ 'content-range': range, etag: '"v2"' }),
    requests: 3,
  },
  { name: 'a 206 without Content-Range is not believed', answer: lyingRange({}), requests: 3 },
  {
    name: 'a 206 that starts elsewhere is not believed',
    answer: lyingRange({ 'content-range': `bytes 0-${half - 1}/${size}` }),
    requests: 3,
  },
  {
    name: 'a 206 with another total is not believed',
    answer: lyingRange({ 'content-range': `bytes ${half}-${size - 1}/${size + 1}` }),
    requests: 3,
  },
  {
    name: 'a 206 whose range ends beyond its total is not believed',
    answer: lyingRange({ 'content-range': `bytes ${half}-${size}/${size}` }),
    requests: 3,
  },
  {
    name: 'a 206 whose length is not its range is not believed',
    answer: lyingRange({ 'content-range': range, 'content-length': half - 1 }, right.subarray(half + 1)),
    requests: 3,
  },
  {
    name: 'a 206 with a Content-Range that is no range is not believed',
    answer: lyingRange({ 'content-range': 'bytes */*' }),
    requests: 3,
  },
  {
    name: 'a 206 in several parts is not believed',
    answer: lyingRange({ 'content-type': 'multipart/byteranges; boundary=x' }),
    requests: 3,
  },
  {
    name: 'a 206 with wrong bytes behind right headers is found out',
    answer: lyingRange({ 'content-range': range }, other.subarray(half)),
    code: 'DIGEST_MISMATCH',
  },
  {
    name: 'a 206 shorter than asked for is taken and the rest is asked for',
    answer: afterCut((request, response, count) => {
      if (count > 1) sound(request, response);
      else
        response
          .writeHead(206, { etag, 'content-range': `bytes ${half}-${half + 99_999}/${size}` })
          .end(right.subarray(half, half + 100_000));
    }),
    requests: 3,
  },
  {
    name: 'a total that the server keeps to itself is no reason to stop',
    answer: lyingRange({ 'content-range': `bytes ${half}-${size - 1}/*` }),
    requests: 2,
  },
  {
    name: 'a 206 that nobody asked for is an error',
    answer: (_request, response) => void response.writeHead(206, { 'content-range': range }).end(right.subarray(half)),
    code: 'DOWNLOAD_FAILED',
    facts: { reason: 'UNASKED_PARTIAL' },
  },
  {
    name: 'a 200 to a Range begins anew',
    answer: afterCut((_request, response) => void response.writeHead(200, { 'content-length': size, etag }).end(right)),
    requests: 2,
  },
  {
    name: 'a 416 begins anew',
    answer: afterCut((request, response, count) => {
      if (count === 1) response.writeHead(416, { 'content-range': `bytes */${half}` }).end();
      else sound(request, response);
    }),
    requests: 3,
  },
  {
    name: 'a 416 to a plain request is a refusal',
    answer: (_request, response) => void response.writeHead(416).end(),
    code: 'DOWNLOAD_REFUSED',
  },
  {
    name: 'a weak ETag does not carry a resume',
    answer: afterCut(soundly, { etag: 'W/"v1"' }),
    code: 'DOWNLOAD_FAILED',
  },
  {
    name: 'a server without any validator is not resumed from',
    answer: afterCut(soundly, {}),
    code: 'DOWNLOAD_FAILED',
  },
  {
    name: 'a Last-Modified of just now is not strong enough',
    answer: afterCut(soundly, { 'last-modified': new Date().toUTCString() }),
    code: 'DOWNLOAD_FAILED',
  },
  {
    name: 'an ETag that changes with every answer ends in a typed error',
    answer: (_request, response, count) => cut(response, { etag: `"${count}"` }),
    code: 'DOWNLOAD_FAILED',
  },
  {
    name: 'a 206 that never fits ends in a typed error',
    answer: afterCut((_request, response, count) => {
      if (count % 2 === 0) cut(response);
      else response.writeHead(206, { etag }).end('x');
    }),
    code: 'DOWNLOAD_FAILED',
    facts: { reason: 'KEEPS_CHANGING' },
  },
  {
    name: 'a body without length is taken as it comes',
    answer: (_request, response) => void response.writeHead(200).end(right),
  },
  {
    name: 'an endless body is cut at the size in the twin',
    answer: endless,
    change: { sizeBytes: size },
    code: 'SIZE_MISMATCH',
  },
  {
    name: "an endless body is cut at the policy's limit",
    answer: endless,
    change: { policy: { maxArtifactBytes: size } },
    code: 'ARTIFACT_TOO_LARGE',
  },
  {
    name: 'an announced length beyond the limit is not even begun',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': 10 * size }).flushHeaders();
    },
    change: { policy: { maxArtifactBytes: size } },
    code: 'ARTIFACT_TOO_LARGE',
  },
  {
    name: 'an announced length that the twin contradicts is not even begun',
    answer: (_request, response) => {
      response.writeHead(200, { 'content-length': size + 1 }).flushHeaders();
    },
    change: { sizeBytes: size },
    code: 'SIZE_MISMATCH',
    facts: { expected: size, found: size + 1 },
  },
  {
    name: 'a body that ends early without saying so is too short',
    answer: (_request, response) => void response.writeHead(200).end(right.subarray(0, half)),
    change: { sizeBytes: size },
    code: 'SIZE_MISMATCH',
  },
  {
    name: 'a server that never answers is given up',
    answer: () => undefined,
    change: { policy: { stallTimeoutMs: 60 } },
    code: 'DOWNLOAD_STALLED',
  },
  {
    name: 'a body that stalls is taken up again',
    answer: (request, response, count) => {
      if (count > 0) sound(request, response);
      else response.writeHead(200, { 'content-length': size, etag }).write(right.subarray(0, half));
    },
    change: { policy: { stallTimeoutMs: 150 } },
    requests: 2,
  },
  {
    name: 'a connection that is reset at once is a failure',
    answer: (request) => request.socket.resetAndDestroy(),
    code: 'DOWNLOAD_FAILED',
    facts: { reason: 'ECONNRESET' },
  },
  {
    name: 'a connection that is cut every time is left to the back-off',
    answer: (_request, response) => cut(response),
    code: 'DOWNLOAD_FAILED',
    requests: 5,
  },
  {
    name: 'wrong bytes are a typed error',
    answer: (request, response) => sound(request, response, other),
    code: 'DIGEST_MISMATCH',
    facts: { expected: digest, found: sha256(other) },
  },
  {
    name: 'a Content-Encoding nobody asked for is not decoded, and found out',
    answer: (_request, response) => void response.writeHead(200, { 'content-encoding': 'gzip' }).end(gzipSync(right)),
    code: 'DIGEST_MISMATCH',
  },
  {
    name: 'a Content-Encoding that only names the file as it is does no harm',
    answer: (request, response) => sound(request, response, right, { etag, 'content-encoding': 'gzip' }),
  },
  {
    name: 'a 503 says when to come back',
    answer: (_request, response) => void response.writeHead(503, { 'retry-after': '7' }).end(),
    code: 'DOWNLOAD_FAILED',
    facts: { status: 503 },
  },
  {
    name: 'a 404 is a refusal',
    answer: (_request, response) => void response.writeHead(404).end(),
    code: 'DOWNLOAD_REFUSED',
    facts: { status: 404 },
  },
  {
    name: 'a 403 after a cut is a refusal, and what came is kept',
    answer: afterCut((_request, response) => void response.writeHead(403).end()),
    code: 'DOWNLOAD_REFUSED',
  },
  {
    name: 'a 204 is no file',
    answer: (_request, response) => void response.writeHead(204).end(),
    code: 'DOWNLOAD_REFUSED',
  },
  {
    name: 'a redirect is followed',
    answer: (request, response) => {
      if (request.url === '/there') sound(request, response);
      else response.writeHead(302, { location: '/there' }).end();
    },
    requests: 2,
  },
  {
    name: 'redirects in a circle end',
    answer: (_request, response) => void response.writeHead(302, { location: '/round' }).end(),
    code: 'DOWNLOAD_REFUSED',
    requests: 6,
  },
  {
    name: 'a redirect to nowhere is a refusal',
    answer: (_request, response) => void response.writeHead(301).end(),
    code: 'DOWNLOAD_REFUSED',
  },
  {
    name: 'a redirect to a file is a refusal',
    answer: (_request, response) => void response.writeHead(301, { location: 'file:///etc/passwd' }).end(),
    code: 'DOWNLOAD_REFUSED',
  },
  {
    name: 'a credential is not sent over plain http',
    answer: (request, response) => sound(request, response),
    change: { credential: 'blob', variables: { CREDENTIAL_BLOB: 'bearer x' } },
    code: 'CREDENTIAL_REFUSED',
    requests: 0,
  },
  {
    name: 'a credential that is not there is named',
    answer: (request, response) => sound(request, response),
    change: { credential: 'blob' },
    code: 'CREDENTIAL_MISSING',
    requests: 0,
  },
  {
    name: 'an empty file is a file',
    answer: (_request, response) => void response.writeHead(200, { 'content-length': 0 }).end(),
    change: { sha256: sha256(Buffer.alloc(0)) },
  },
];

function endless(_request: IncomingMessage, response: ServerResponse): void {
  const more = (): void => {
    while (!response.destroyed && response.write(right));
  };
  response.writeHead(200).on('drain', more);
  more();
}

describe('a server that misbehaves', () => {
  beforeEach(async () => {
    bench = await startFetchBench();
  });
  afterEach(() => bench.stop());

  test.each(cases)('$name', async ({ answer, change = {}, code, facts, requests }) => {
    bench.serve(answer);
    const wanted = { sha256: digest, url: `${bench.base}/model.bin?sig=hush`, ...change };
    const outcome = bench.fetch(wanted);
    if (code === undefined) {
      const { path } = await outcome;
      expect(sha256(await readFile(join(path, 'model.bin')))).toBe(wanted.sha256);
      expect(await bench.leftovers()).toEqual([]);
    } else {
      const error: unknown = await outcome.catch((failure: unknown) => failure);
      expect(error).toMatchObject({ name: 'ArtifactError', code, ...(facts === undefined ? {} : { facts }) });
      expect((error as Error).message + JSON.stringify(error) + String((error as Error).cause)).not.toContain('hush');
    }
    if (requests !== undefined) expect(bench.requests).toHaveLength(requests);
    expect(bench.log).not.toContain('hush');
  });

  test('Retry-After is handed on in milliseconds', async () => {
    bench.serve((_request, response) => void response.writeHead(429, { 'retry-after': '7' }).end());
    await expect(bench.fetch({ sha256: digest })).rejects.toMatchObject({ retryAfterMs: 7000, retryable: true });
  });

  test('a download that was aborted goes on in the next run, with If-Range and without a byte twice', async () => {
    const abort = new AbortController();
    bench.serve((_request, response) => {
      response.writeHead(200, { 'content-length': size, etag }).write(right.subarray(0, half));
      void partWritten(half).then(() => abort.abort(new Error('stop')));
    });
    await expect(bench.fetch({ sha256: digest, signal: abort.signal })).rejects.toThrow('stop');
    expect(await bench.leftovers()).toEqual([`${digest}.json`, `${digest}.part`]);
    const kept = (await readFile(join(bench.layout.partial, `${digest}.part`))).length;
    expect(kept).toBe(half);
    bench.serve((request, response) => sound(request, response));
    await bench.fetch({ sha256: digest });
    expect(bench.requests.map(({ headers }) => [headers.range, headers['if-range']])).toEqual([
      [`bytes=${half}-`, etag],
    ]);
  });

  test('bytes that were damaged on the disk are fetched anew at once', async () => {
    bench.serve(afterCut((_request, response) => void response.writeHead(503).end()));
    await expect(bench.fetch({ sha256: digest })).rejects.toMatchObject({ code: 'DOWNLOAD_FAILED' });
    await writeFile(join(bench.layout.partial, `${digest}.part`), other.subarray(0, half));
    bench.serve((request, response) => sound(request, response));
    await bench.fetch({ sha256: digest });
    expect(bench.requests).toHaveLength(2);
  });

  test('what is in the store is not asked for', async () => {
    bench.serve((request, response) => sound(request, response));
    await bench.fetch({ sha256: digest });
    await bench.fetch({ sha256: digest });
    expect(bench.requests).toHaveLength(1);
  });
});
