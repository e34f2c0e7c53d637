import { lookup as lookupHost, type LookupAddress } from 'node:dns';
import { isIP, type LookupFunction } from 'node:net';
import type { ArtifactError } from '../../../core/artifact-error.ts';
import type { FetchPolicy } from '../../transfer/fetch-policy.ts';
import { downloadRefused, type Where } from '../../transfer/download-failure.ts';
import { isPrivateAddress } from './private-address.ts';

export type PrivateRedirects = FetchPolicy['privateRedirects'];

/** Finds all addresses of a host. */
export type FindAddresses = (
  host: string,
  done: (error: NodeJS.ErrnoException | null, addresses: readonly LookupAddress[]) => void,
) => void;

interface RedirectGuardOptions {
  readonly where: Where;
  readonly privateRedirects: PrivateRedirects;
  /** By default as the system does it. */
  readonly findAddresses?: FindAddresses;
}

/**
 * Watches one download on its way from redirect to redirect. Once it has been in the internet, `deny` keeps it from
 * addresses of this device and its networks. Addresses are judged as they are connected to: the socket gets no other ones
 * than these, so a name that resolves to something else a moment later gains nothing. Behind a proxy the proxy resolves
 * names; there only addresses that a URL itself has are judged, and `localhost`.
 */
export class RedirectGuard {
  readonly #options: RedirectGuardOptions;
  /** Whether the way has led through the internet. */
  #outside = false;
  #refusal: ArtifactError | undefined;

  constructor(options: RedirectGuardOptions) {
    this.#options = options;
  }

  /** Why the last host was refused; undefined where it was not. */
  get refusal(): ArtifactError | undefined {
    return this.#refusal;
  }

  /** Judges what can be judged of a URL before it is asked for. Throws DOWNLOAD_REFUSED. */
  enter({ hostname }: URL, way: 'straight' | 'proxy'): void {
    const host = hostname.replace(/^\[|\]$/g, '');
    if (isIP(host) !== 0) this.#judge(host, [{ address: host, family: isIP(host) }]);
    else if (way === 'proxy') this.#judge(host, isLocalName(host) ? [{ address: '127.0.0.1', family: 4 }] : []);
    if (this.#refusal !== undefined) throw this.#refusal;
  }

  /** In place of the system's: gives only addresses that the download may go to. */
  readonly lookup: LookupFunction = (host, { all }, done) => {
    const find: FindAddresses =
      this.#options.findAddresses ?? ((name, found) => lookupHost(name, { all: true }, found));
    find(host, (error, addresses) => {
      if (error !== null) {
        done(error, '');
        return;
      }
      const allowed = this.#judge(host, addresses);
      const [first] = allowed;
      if (first === undefined) done(this.#refusal ?? new Error('no address'), '');
      else if (all === true)
        done(
          null,
          allowed.map((one) => one),
        );
      else done(null, first.address, first.family);
    });
  };

  /** The addresses that may be connected to; a name without any here is one that only a proxy knows. */
  #judge(host: string, addresses: readonly LookupAddress[]): readonly LookupAddress[] {
    const { where, privateRedirects } = this.#options;
    const outside = addresses.filter(({ address }) => !isPrivateAddress(address));
    if (!this.#outside || privateRedirects === 'allow') {
      if (outside.length > 0 || addresses.length === 0) this.#outside = true;
      return addresses;
    }
    const [refused] = addresses;
    if (outside.length === 0 && refused !== undefined) {
      const reason = `redirects to ${host}, an address of this device or its networks (${refused.address}); policy.privateRedirects of the twin denies it`;
      this.#refusal = downloadRefused(where, reason, { reason: 'PRIVATE_REDIRECT', host, address: refused.address });
    }
    return outside;
  }
}

function isLocalName(host: string): boolean {
  return /(?:^|\.)localhost\.?$/i.test(host);
}
