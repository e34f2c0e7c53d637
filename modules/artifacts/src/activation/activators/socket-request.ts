import { request } from 'node:http';
import { ArtifactError } from '../../core/artifact-error.ts';

/** An answer over a local socket. */
export interface SocketAnswer {
  readonly status: number;
  readonly body: string;
}

/** A restart waits for DeepStream to stop; nothing else takes so long. */
const timeoutMs = 90_000;
const maxBodyBytes = 4 * 1024 * 1024;

/** One HTTP request over a unix socket. Rejects with `SOCKET_UNREACHABLE`, or with the signal's reason. */
export function requestOverSocket(
  socketPath: string,
  method: 'GET' | 'POST',
  path: string,
  signal: AbortSignal,
): Promise<SocketAnswer> {
  return new Promise((resolve, reject) => {
    const fail = (cause: unknown): void => {
      if (signal.aborted) {
        reject(signal.reason as Error);
        return;
      }
      const reason = cause instanceof Error && 'code' in cause ? String(cause.code) : 'no answer';
      const message = `the socket ${socketPath} does not answer (${reason}): is it bound into this module?`;
      const facts = { socket: socketPath, reason };
      reject(new ArtifactError('SOCKET_UNREACHABLE', message, { retryable: true, facts, cause }));
    };
    const call = request({ socketPath, method, path, signal, timeout: timeoutMs, headers: { host: 'localhost' } });
    call.on('timeout', () => call.destroy(new Error('no answer')));
    call.on('error', fail);
    call.on('response', (response) => {
      const chunks: Buffer[] = [];
      let sizeBytes = 0;
      response.on('data', (chunk: Buffer) => {
        sizeBytes += chunk.length;
        if (sizeBytes > maxBodyBytes) call.destroy(new Error('too long'));
        else chunks.push(chunk);
      });
      response.on('error', fail);
      response.on('end', () => {
        resolve({ status: response.statusCode ?? 0, body: Buffer.concat(chunks).toString('utf8') });
      });
    });
    call.end();
  });
}
