import { redactSecrets } from './redact-secrets.ts';

/**
 * A URL for logs and reports: without user, password, query and fragment, where signatures live. A camera's password may
 * hold `#` and `?`, so user and password end at the last `@` before the path. What is no URL is cut at `?` and `#`.
 */
export function redactUrl(url: string): string {
  const anonymous = url.replace(/^([a-z][a-z0-9+.-]*:\/\/)[^/]*@/i, '$1');
  const parsed = URL.canParse(anonymous) ? new URL(anonymous) : undefined;
  if (parsed === undefined) return redactSecrets(anonymous.replace(/[?#].*$/s, ''));
  parsed.username = '';
  parsed.password = '';
  parsed.search = '';
  parsed.hash = '';
  return parsed.href;
}

/** A text in which URLs occur, without secrets: keys, signatures and passwords, and whatever follows `?` or `#` in a URL. */
export function redactUrlsIn(text: string): string {
  return redactSecrets(text).replace(/\b([a-z][a-z0-9+.-]*:\/\/[^\s?#"\\]*)[?#][^\s"\\]*/gi, '$1');
}
