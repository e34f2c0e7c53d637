/** What a URL of one scheme looks like in a twin. */
interface UrlForm {
  /** Completes "must be …". */
  readonly form: string;
  readonly pattern: RegExp;
  /** What is wrong with a URL of this form; undefined where nothing is. */
  readonly mistakeIn?: (url: string) => string | undefined;
}

const web: UrlForm = { form: 'an http or https URL', pattern: /^https?:\/\/[^/?#]+/i, mistakeIn: webMistake };

/** Of characters; a presigned URL of a cloud has 1,500 or so. */
const maxLength = 2048;
/** By DNS, without a dot at the end. */
const maxHostLength = 253;
const maxLabelLength = 63;

/**
 * The schemes that an artifact's URL may have. Each has its fetcher in download/fetchers/registry.ts, which does not
 * compile without one.
 */
export const urlSchemes = {
  http: web,
  https: web,
  file: { form: 'a file:/// URL of the import directory', pattern: /^file:\/\/\/[^?#]+$/i },
} as const satisfies Readonly<Record<string, UrlForm>>;

export type UrlScheme = keyof typeof urlSchemes;

/** The scheme of a URL; undefined for one that is not known. */
export function urlSchemeOf(url: string): UrlScheme | undefined {
  const scheme = /^([a-z][a-z0-9+.-]*):/i.exec(url)?.[1]?.toLowerCase();
  return Object.keys(urlSchemes).find((known): known is UrlScheme => known === scheme);
}

/** What is wrong with an artifact's URL; undefined where nothing is. */
export function urlMistake(url: string): string | undefined {
  if (/[\s\p{Cc}\p{Cs}]/u.test(url)) return 'must not contain white space, control characters or half characters';
  if (url.length > maxLength) return `must have at most ${maxLength} characters, but has ${url.length}`;
  const scheme = urlSchemeOf(url);
  const form: UrlForm | undefined = scheme && urlSchemes[scheme];
  if (form?.pattern.test(url) !== true) {
    return `must be ${[...new Set(Object.values(urlSchemes).map((one) => one.form))].join(', or ')}`;
  }
  return form.mistakeIn?.(url);
}

/** Nothing that no server can be asked for: it would be tried for ever. */
function webMistake(url: string): string | undefined {
  if (/^https?:\/\/[^/?#]*@/i.test(url)) return 'must not carry a user name or password';
  if (url.includes('#')) return 'must not have a fragment (#…): no server gets to see it';
  if (!URL.canParse(url)) return 'must have a host and a port that can be asked: a name or an address, and 1 to 65535';
  const { hostname, port } = new URL(url);
  if (port === '0') return 'must have a port from 1 to 65535';
  const labels = hostname.replace(/\.$/, '').split('.');
  const ofDns =
    hostname.length <= maxHostLength + 1 && labels.every(({ length }) => length > 0 && length <= maxLabelLength);
  return ofDns
    ? undefined
    : `must have a host name of at most ${maxHostLength} characters, with 1 to ${maxLabelLength} between dots`;
}
