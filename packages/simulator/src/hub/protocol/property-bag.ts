/** The properties of a message as an MQTT topic carries them. */
export interface PropertyBag {
  readonly userProperties: Readonly<Record<string, string>>;
  /** By their short keys, `$.ct` and the like. */
  readonly systemProperties: Readonly<Record<string, string>>;
}

/**
 * Reads `%24.ct=application%2Fjson&k=v`. A key without `=` has an empty value, the last of two equal keys wins.
 * Undefined where a percent sign does not decode.
 */
export function parsePropertyBag(text: string): PropertyBag | undefined {
  const user: [string, string][] = [];
  const system: [string, string][] = [];
  try {
    for (const pair of text.split('&')) {
      if (pair === '') continue;
      const at = pair.indexOf('=');
      const key = decodeURIComponent(at < 0 ? pair : pair.slice(0, at));
      const value = at < 0 ? '' : decodeURIComponent(pair.slice(at + 1));
      (key.startsWith('$.') ? system : user).push([key, value]);
    }
  } catch {
    return undefined;
  }
  // Object.fromEntries defines properties: a key `__proto__` stays a mere key.
  return { userProperties: Object.fromEntries(user), systemProperties: Object.fromEntries(system) };
}

/** Writes the bag as `parsePropertyBag` reads it, system properties first; no wildcard or slash survives in it. */
export function formatPropertyBag(bag: PropertyBag): string {
  return [...Object.entries(bag.systemProperties), ...Object.entries(bag.userProperties)]
    .map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(value)}`)
    .join('&');
}
