/** What a URL of one scheme looks like in a twin. */
interface UrlForm {
  /** Completes "must be …". */
  readonly form: string;
  readonly pattern: RegExp;
  /** What is wrong with a URL of this form; undefined where nothing is. */
  readonly mistakeIn?: (url: string) => string | undefined;
}

const web: UrlForm = {
  form: 'an http or https URL',
  pattern: /^https?:\/\/[^/?#]+/i,
  mistakeIn: (url) => (/^https?:\/\/[^/?#]*@/i.test(url) ? 'must not carry a user name or password' : undefined),
};

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
  if (/[\s\0]/.test(url)) return 'must not contain white space';
  const scheme = urlSchemeOf(url);
  const form: UrlForm | undefined = scheme && urlSchemes[scheme];
  if (form?.pattern.test(url) !== true) {
    return `must be ${[...new Set(Object.values(urlSchemes).map((one) => one.form))].join(', or ')}`;
  }
  return form.mistakeIn?.(url);
}
