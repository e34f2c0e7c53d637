/** How far into a message the sensor and the stamp are looked for; both schemas have them near the beginning. */
const peekBytes = 4096;

/** Which frame a message belongs to, as far as that can be told without reading it. */
export interface Peek {
  /** The text after `"sensorId":` or the first `"id":` behind `"sensor":`; "" where there is none. */
  readonly sensor: string;
  /** The text of `@timestamp`; "" where there is none. The full schema's messages of one frame share it. */
  readonly stamp: string;
}

/** Looks into a message cheaply: under overload most messages are never read, and this is all that is known of them. */
export function peek(body: Uint8Array): Peek {
  const text = Buffer.from(body.buffer, body.byteOffset, Math.min(body.byteLength, peekBytes)).toString('latin1');
  const minimal = stringAfter(text, '"sensorId"', 0);
  const full = text.indexOf('"sensor"');
  const sensor = minimal ?? (full < 0 ? undefined : stringAfter(text, '"id"', full));
  return { sensor: sensor ?? '', stamp: stringAfter(text, '"@timestamp"', 0) ?? '' };
}

/** The string value of a key; escapes are left as they are, because equal names have equal escapes. */
function stringAfter(text: string, key: string, from: number): string | undefined {
  const at = text.indexOf(key, from);
  if (at < 0) return undefined;
  const start = text.indexOf('"', at + key.length);
  const end = start < 0 ? -1 : text.indexOf('"', start + 1);
  return end < 0 ? undefined : text.slice(start + 1, end);
}
