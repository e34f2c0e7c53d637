import { readFile } from 'node:fs/promises';
import { Agent as HttpAgent } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import { checkServerIdentity, rootCertificates, type PeerCertificate } from 'node:tls';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';
import { ArtifactError } from '../artifact-error.ts';
import { proxyFor, type ProxySettings } from './proxy.ts';

/** The way to a server: straight or through a proxy, and whom to trust. */
export type AgentFor = (url: URL) => HttpAgent;

/** Reads the extra certificate authorities and returns what picks the way. Rejects with `DOWNLOAD_FAILED` where a file can't be read. */
export async function createAgents(
  proxy: ProxySettings | undefined,
  extraCaFiles: readonly string[],
): Promise<AgentFor> {
  const extra = await Promise.all(extraCaFiles.map(readCa));
  // `ca` replaces the usual authorities, so they must be named again.
  // Said here, so that no variable of Node's turns it off.
  const trust = { rejectUnauthorized: true, ...(extra.length === 0 ? {} : { ca: [...rootCertificates, ...extra] }) };
  return (url) => {
    const via = proxy === undefined ? undefined : proxyFor(url, proxy);
    if (url.protocol === 'https:') return via === undefined ? new HttpsAgent(trust) : tunnel(url, via, trust);
    return via === undefined ? new HttpAgent() : new HttpProxyAgent(via, trust);
  };
}

/**
 * What HttpsProxyAgent is made with holds for the way to the proxy; `options` holds for the server behind it. It hides the
 * server's name from TLS where that is an address, which would then be compared to `localhost`.
 */
function tunnel(
  { hostname }: URL,
  via: string,
  trust: { readonly rejectUnauthorized: boolean; readonly ca?: string[] },
): HttpAgent {
  const agent = new HttpsProxyAgent(via, trust);
  const host = hostname.replace(/^\[|\]$/g, '');
  Object.assign(agent.options, trust, {
    checkServerIdentity: (_host: string, certificate: PeerCertificate) => checkServerIdentity(host, certificate),
  });
  return agent;
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
