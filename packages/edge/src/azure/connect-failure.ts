import { EdgeError } from '../hub/edge-error.ts';

/** In which step connecting failed: making the client (environment, workload API), or reaching the hub. */
export type ConnectStep = 'environment' | 'connect';

const tlsCode = /^(?:CERT_|ERR_TLS|ERR_SSL|UNABLE_TO_|SELF_SIGNED|DEPTH_ZERO|EPROTO$|ERR_OSSL)/;
/** MQTT 3.1.1, table 3.1. */
const connack = { identifierRejected: 2, badCredentials: 4, notAuthorized: 5 };

/**
 * The true cause of a failed connect. The SDK wraps it twice: `transportError` is the error of mqtt.js, whose `code` is
 * the number of the CONNACK or the name of a socket error; the SDK's own class calls both "not connected".
 */
export function connectFailure(error: unknown, step: ConnectStep): EdgeError {
  if (error instanceof EdgeError) return error;
  const cause = rootOf(error);
  const code: unknown = cause.code;
  const found = typeof code === 'string' || typeof code === 'number' ? String(code) : (cause.name ?? 'unknown');
  const facts = { step, found };

  if (
    code === connack.identifierRejected ||
    code === connack.badCredentials ||
    code === connack.notAuthorized ||
    cause.name === 'UnauthorizedError'
  ) {
    return new EdgeError(
      'UNAUTHORIZED',
      'the hub refuses this module: wrong key, expired or foreign signature, or unknown module',
      {
        // edgeHub also refuses a module that is new, until it has refreshed what it knows of the device's modules.
        retryable: true,
        facts,
        cause,
      },
    );
  }
  if (typeof code === 'string' && tlsCode.test(code)) {
    return new EdgeError('TLS_UNTRUSTED', `TLS does not trust the hub: ${found}`, { retryable: true, facts, cause });
  }
  if (step === 'connect') {
    return new EdgeError('HUB_UNREACHABLE', `no connection to the hub: ${found}`, { retryable: true, facts, cause });
  }
  // fs gives the syscall `open`: the file that EdgeModuleCACertificateFile names. The rest are the SDK's checks of the environment.
  if (
    cause.syscall === 'open' ||
    ['ReferenceError', 'ArgumentError', 'FormatError', 'TypeError'].includes(cause.name ?? '')
  ) {
    return new EdgeError('ENVIRONMENT_INVALID', `the environment gives no identity: ${cause.message ?? found}`, {
      facts,
      cause,
    });
  }
  return new EdgeError('WORKLOAD_UNAVAILABLE', `the workload API does not answer: ${found}`, {
    retryable: true,
    facts,
    cause,
  });
}

interface Cause {
  readonly name?: string;
  readonly message?: string;
  readonly code?: unknown;
  readonly syscall?: unknown;
}

function rootOf(error: unknown): Cause {
  if (typeof error !== 'object' || error === null) return { message: String(error) };
  const { transportError } = error as { readonly transportError?: unknown };
  return typeof transportError === 'object' && transportError !== null ? transportError : error;
}
