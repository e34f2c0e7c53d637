/** What proves to a server that we may download: part of the query, or a header. */
export type Credential =
  | { readonly kind: 'query'; readonly query: string }
  | { readonly kind: 'header'; readonly name: string; readonly value: string };

/**
 * Reads a credential's text, one line: `sas <query>` (an Azure SAS token, with or without `?`), `bearer <token>`,
 * `basic <user>:<password>` or `header <Name>: <value>`. Undefined for anything else; the text must never be shown.
 */
export function parseCredential(text: string): Credential | undefined {
  const match = /^(sas|bearer|basic|header)[ \t]+(\S.*)$/i.exec(text.trim());
  const rest = match?.[2];
  // A control character would split the header, and non-ASCII is refused by Node far from here.
  if (rest === undefined || !/^[\x20-\x7e]+$/.test(rest)) return undefined;
  switch (match?.[1]?.toLowerCase()) {
    case 'sas':
      return /\s|#/.test(rest) ? undefined : { kind: 'query', query: rest.replace(/^\?/, '') };
    case 'bearer':
      return { kind: 'header', name: 'authorization', value: `Bearer ${rest}` };
    case 'basic':
      return rest.includes(':')
        ? { kind: 'header', name: 'authorization', value: `Basic ${Buffer.from(rest).toString('base64')}` }
        : undefined;
    default: {
      const header = /^([A-Za-z0-9-]+):\s*(\S.*)$/.exec(rest);
      return header?.[1] === undefined || header[2] === undefined
        ? undefined
        : { kind: 'header', name: header[1].toLowerCase(), value: header[2] };
    }
  }
}
