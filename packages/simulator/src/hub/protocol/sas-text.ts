/** A shared access signature, taken apart and not yet verified. */
export interface SasToken {
  /** Decoded, for example `hub.azure-devices.net/devices/d/modules/m`. */
  readonly resource: string;
  /** What the signature is an HMAC-SHA256 of: the encoded resource, a newline, the expiry. */
  readonly signedText: string;
  /** Base64. */
  readonly signature: string;
  readonly expirySeconds: number;
}

const prefix = 'SharedAccessSignature ';

/** Reads `SharedAccessSignature sr=…&sig=…&se=…[&skn=…]`; gives the reason as text where it is none. */
export function parseSasToken(text: string): SasToken | string {
  if (!text.startsWith(prefix)) return 'it is not a shared access signature';
  const fields = new Map<string, string>();
  for (const pair of text.slice(prefix.length).split('&')) {
    const at = pair.indexOf('=');
    const key = at < 0 ? pair : pair.slice(0, at);
    if (fields.has(key)) return `the token holds ${key} twice`;
    fields.set(key, at < 0 ? '' : pair.slice(at + 1));
  }
  const resource = fields.get('sr');
  const signature = fields.get('sig');
  const expiry = fields.get('se');
  if (!resource || !signature || !expiry) return 'the token lacks sr, sig or se';
  if (!/^\d{1,12}$/.test(expiry)) return 'the token has no readable expiry';
  try {
    return {
      resource: decodeURIComponent(resource),
      signedText: `${resource}\n${expiry}`,
      signature: decodeURIComponent(signature),
      expirySeconds: Number(expiry),
    };
  } catch {
    return 'the token does not decode';
  }
}
