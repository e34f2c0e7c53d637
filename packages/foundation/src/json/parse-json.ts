/** The value of a JSON text; undefined where the text is not JSON. To say where a mistake is, use `parseJsonText` of `json-text`. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
