import { describe, expect, test } from 'vitest';
import { EdgeError } from '../hub/edge-error.ts';
import { connectFailure } from './connect-failure.ts';

/** As the SDK wraps an error of mqtt.js. */
function wrapped(transportError: unknown): Error {
  return Object.assign(new Error('Failure'), { name: 'NotConnectedError', transportError });
}

describe('a failed connect', () => {
  test.each([
    ['CONNACK 5, which the SDK takes for a lost connection', wrapped({ code: 5 }), 'connect', 'UNAUTHORIZED', true],
    ['CONNACK 4', wrapped({ code: 4 }), 'connect', 'UNAUTHORIZED', true],
    ['CONNACK 3', wrapped({ code: 3 }), 'connect', 'HUB_UNREACHABLE', true],
    ['a closed port', wrapped({ code: 'ECONNREFUSED' }), 'connect', 'HUB_UNREACHABLE', true],
    ['a foreign certificate', wrapped({ code: 'UNABLE_TO_VERIFY_LEAF_SIGNATURE' }), 'connect', 'TLS_UNTRUSTED', true],
    [
      'a certificate for another name',
      wrapped({ code: 'ERR_TLS_CERT_ALTNAME_INVALID' }),
      'connect',
      'TLS_UNTRUSTED',
      true,
    ],
    ['a workload API that refuses to sign', { name: 'UnauthorizedError' }, 'connect', 'UNAUTHORIZED', true],
    [
      'a workload socket that is not there',
      { code: 'ENOENT', syscall: 'connect' },
      'environment',
      'WORKLOAD_UNAVAILABLE',
      true,
    ],
    ['a CA file that is not there', { code: 'ENOENT', syscall: 'open' }, 'environment', 'ENVIRONMENT_INVALID', false],
    [
      'a variable that is missing',
      new ReferenceError('x was not provided'),
      'environment',
      'ENVIRONMENT_INVALID',
      false,
    ],
  ] as const)('%s', (_, error, step, code, retryable) => {
    expect(connectFailure(error, step)).toMatchObject({ code, retryable });
  });

  test('keeps the underlying error as its cause', () => {
    const cause = { code: 'ECONNRESET' };
    expect(connectFailure(wrapped(cause), 'connect').cause).toBe(cause);
  });

  test('that has been told already stays as it is', () => {
    const error = new EdgeError('HUB_TIMEOUT', 'late');
    expect(connectFailure(error, 'connect')).toBe(error);
  });
});
