import { urlSchemeOf, type UrlScheme } from '../../domain/url-schemes.ts';
import { downloadRefused } from '../transfer/download-failure.ts';
import type { Transfer } from '../transfer/transfer.ts';
import type { FetcherClass, FetchMeans } from '../transfer/fetcher.ts';
import { FileFetcher } from './file/file-fetcher.ts';
import { HttpFetcher } from './http/http-fetcher.ts';

/** Who brings what a URL of each scheme names. */
const fetchers = {
  http: HttpFetcher,
  https: HttpFetcher,
  file: FileFetcher,
} as const satisfies Record<UrlScheme, FetcherClass>;

/** Brings a transfer's file, from wherever its URL names. */
export async function fetchByScheme(transfer: Transfer, means: FetchMeans): Promise<void> {
  const scheme = urlSchemeOf(transfer.artifact.url);
  if (scheme === undefined) throw downloadRefused(transfer.where, `is neither ${Object.keys(fetchers).join(' nor ')}`);
  await new fetchers[scheme](means).fetch(transfer);
}
