import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { rootCertificates } from 'node:tls';
import { ArtifactError } from '../../../core/artifact-error.ts';
import type { ProxySettings } from '../../transfer/fetch-policy.ts';
import { proxyFor } from './proxy.ts';
import type { RedirectGuard } from './redirect-guard.ts';

/** The way to a server: straight or through a proxy, and whom to trust. Throws what the guard throws. */
export type AgentFor = (url: URL, guard: RedirectGuard) => HttpAgent;

/** Reads the extra certificate authorities and returns what picks the way. Rejects with `DOWNLOAD_FAILED` where a file can't be read. */
export async function createAgents(
  proxy: ProxySettings | undefined,
  extraCaFiles: readonly string[],
): Promise<AgentFor> {
  const extra = await Promise.all(extraCaFiles.map(readCa));
  // `ca` replaces the usual authorities, so they must be named again.
  // Said here, so that no variable of Node's turns it off.
  const trust = { rejectUnauthorized: true, ...(extra.length === 0 ? {} : { ca: [...rootCertificates, ...extra] }) };
  const straight: AgentFor = (url, guard) => {
    guard.enter(url, 'straight');
    const { lookup } = guard;
    return url.protocol === 'https:' ? new HttpsAgent({ ...trust, lookup }) : new HttpAgent({ lookup });
  };
  if (proxy === undefined) return straight;
  // Loaded only here: most devices have no proxy.
  const { proxyAgent } = await import('./proxy-agent.ts');
  return (url, guard) => {
    const via = proxyFor(url, proxy);
    if (via === undefined) return straight(url, guard);
    guard.enter(url, 'proxy');
    return proxyAgent(url, via, trust);
  };
}

async function readCa(file: string): Promise<string> {
  try {
    return await readFile(file, 'utf8');
  } catch (cause) {
    throw new ArtifactError('DOWNLOAD_FAILED', `the CA file ${file} can't be read`, {
      retryable: true,
      facts: { reason: 'CA_UNREADABLE', file },
      cause,
    });
  }
}
