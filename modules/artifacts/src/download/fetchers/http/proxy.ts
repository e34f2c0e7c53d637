import type { ProxySettings } from '../../transfer/fetch-policy.ts';

/** Reads HTTP_PROXY, HTTPS_PROXY and NO_PROXY, lower case first as curl does. */
export function proxySettings(variables: Readonly<Record<string, string | undefined>>): ProxySettings {
  const read = (name: string): string | undefined => {
    const value = variables[name.toLowerCase()] ?? variables[name];
    return value === '' ? undefined : value;
  };
  return { http: read('HTTP_PROXY'), https: read('HTTPS_PROXY'), none: read('NO_PROXY') };
}

/** The proxy to ask for a URL; undefined goes straight. A proxy without a scheme is an http one. */
export function proxyFor(url: URL, settings: ProxySettings): string | undefined {
  const proxy = url.protocol === 'https:' ? settings.https : settings.http;
  if (proxy === undefined || goesStraight(url, settings.none ?? '')) return undefined;
  return /^[a-z]+:\/\//i.test(proxy) ? proxy : `http://${proxy}`;
}

function goesStraight(url: URL, none: string): boolean {
  const host = url.hostname.toLowerCase().replace(/^\[|\]$/g, '');
  const port = url.port === '' ? (url.protocol === 'https:' ? '443' : '80') : url.port;
  return none
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((entry) => entry !== '')
    .some((entry) => {
      if (entry === '*') return true;
      const [, bracketed, plain = '', entryPort] =
        /^(?:\[([^\]]+)\]|([^:]*|[^:]*:[^:]*:.*?))(?::(\d+))?$/.exec(entry) ?? [];
      const name = (bracketed ?? plain).replace(/^\*?\./, '');
      if (name === '' || (entryPort !== undefined && entryPort !== port)) return false;
      return host === name || host.endsWith(`.${name}`);
    });
}
