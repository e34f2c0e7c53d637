import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { createServer } from 'node:https';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';

/** A certificate of its own making, for 127.0.0.1 only. */
export interface Certificate {
  readonly keyFile: string;
  readonly certFile: string;
}

/** A web server behind TLS that remembers what it was asked. */
export interface SecureServer {
  /** `https://127.0.0.1:<port>` */
  readonly origin: string;
  readonly requests: readonly IncomingMessage[];
  stop(): Promise<void>;
}

/** Certificates are made by openssl(1). */
export const hasOpenssl: boolean = spawnSync('openssl', ['version']).status === 0;

/** Makes a key and a certificate in `folder`. */
export function makeCertificate(folder: string): Certificate {
  const keyFile = join(folder, 'key.pem');
  const certFile = join(folder, 'cert.pem');
  execFileSync(
    'openssl',
    [
      ...['req', '-x509', '-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-days', '2'],
      ...['-subj', '/CN=test', '-addext', 'subjectAltName=IP:127.0.0.1', '-keyout', keyFile, '-out', certFile],
    ],
    { stdio: 'ignore' },
  );
  return { keyFile, certFile };
}

/** Starts a server on a free port. */
export async function startSecureServer(
  { keyFile, certFile }: Certificate,
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<SecureServer> {
  const requests: IncomingMessage[] = [];
  const server = createServer({ key: readFileSync(keyFile), cert: readFileSync(certFile) }, (request, response) => {
    requests.push(request);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    origin: `https://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    async stop() {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
}
