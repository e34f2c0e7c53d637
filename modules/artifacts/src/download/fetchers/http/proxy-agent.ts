import type { Agent as HttpAgent } from 'node:http';
import { checkServerIdentity, type PeerCertificate } from 'node:tls';
import { HttpProxyAgent } from 'http-proxy-agent';
import { HttpsProxyAgent } from 'https-proxy-agent';

/** Whom to trust, on the way and at its end; Node's own authorities unless `ca` names others. */
export interface Trust {
  readonly rejectUnauthorized: boolean;
  readonly ca?: string[];
}

/** The way to `url` by the proxy `via`, an http or https URL. */
export function proxyAgent(url: URL, via: string, trust: Trust): HttpAgent {
  return url.protocol === 'https:' ? tunnel(url, via, trust) : new HttpProxyAgent(via, trust);
}

/**
 * What HttpsProxyAgent is made with holds for the way to the proxy; `options` holds for the server behind it. It hides the
 * server's name from TLS where that is an address, which would then be compared to `localhost`.
 */
function tunnel({ hostname }: URL, via: string, trust: Trust): HttpAgent {
  const agent = new HttpsProxyAgent(via, trust);
  const host = hostname.replace(/^\[|\]$/g, '');
  Object.assign(agent.options, trust, {
    checkServerIdentity: (_host: string, certificate: PeerCertificate) => checkServerIdentity(host, certificate),
  });
  return agent;
}
