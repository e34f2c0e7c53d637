const removed = '[redacted]';

/**
 * Applied to whole log lines (JSON text), so that a secret is caught wherever it stands: in a field, in a message, in the
 * message of an error's cause. A value ends where a JSON string ends.
 */
const rules: readonly (readonly [RegExp, string])[] = [
  [/(Shared-?Access-?(?:Key|Signature)=)[^;&,\s"\\]+/gi, `$1${removed}`],
  [/(SharedAccessSignature )sr=[^\s"\\]+/gi, `$1${removed}`],
  [/([?&;\s]sig=)[^&\s"\\]+/gi, `$1${removed}`],
  [
    /((?:proxy-)?authorization\\?"?\s*[:=]\s*\\?"?)(?:(?:Bearer|Basic) )?(?!SharedAccessSignature \[)[^\s"\\,}]+/gi,
    `$1${removed}`,
  ],
  [
    /("(?:password|passwd|secret|token|sig|sharedAccessKey|sharedAccessSignature|primaryKey)"\s*:\s*")(?:[^"\\]|\\.)*"/gi,
    `$1${removed}"`,
  ],
  [/([a-z][a-z0-9+.-]*:\/\/)[^/\s"\\]+@/gi, `$1${removed}@`],
];

/** The text without keys, signatures, authorization headers, and user and password of URLs. */
export function redactSecrets(text: string): string {
  let clean = text;
  for (const [pattern, replacement] of rules) clean = clean.replace(pattern, replacement);
  return clean;
}
