import { lstat, unlink } from 'node:fs/promises';
import { connect } from 'node:net';
import { HubError } from '../contract/hub-error.ts';

/** macOS has room for 103 bytes, Linux for 107; Node cuts longer paths off and listens somewhere else. */
const pathLimitBytes = 103;

/** Clears the way for a unix socket: removes one that a dead process left. Rejects with SOCKET_IN_USE where something listens or another kind of file lies there, and with LISTEN_FAILED for a path that is too long. */
export async function clearStaleSocket(path: string): Promise<void> {
  const sizeBytes = Buffer.byteLength(path);
  if (sizeBytes > pathLimitBytes) {
    throw new HubError(
      'LISTEN_FAILED',
      `${path} is ${sizeBytes} bytes long; a socket's path can have ${pathLimitBytes}`,
      { facts: { path, found: sizeBytes, expected: pathLimitBytes } },
    );
  }
  const found = await lstat(path).catch(() => undefined);
  if (found === undefined) return;
  if (!found.isSocket()) throw new HubError('SOCKET_IN_USE', `${path} exists and is no socket`, { facts: { path } });
  if (await isAlive(path)) {
    throw new HubError('SOCKET_IN_USE', `${path}, for the workload API, is in use by another process`, {
      facts: { path },
    });
  }
  await unlink(path);
}

function isAlive(path: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(path);
    const settle = (alive: boolean): void => {
      socket.destroy();
      resolve(alive);
    };
    socket.once('connect', () => settle(true));
    socket.once('error', () => settle(false));
  });
}
