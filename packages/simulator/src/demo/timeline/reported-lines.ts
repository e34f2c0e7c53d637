import { isJsonObject, type JsonObject, type JsonValue } from '@companion/foundation';

/** One line for each thing in a reported patch that a person would want to know. */
export function reportedLines(patch: JsonObject): string[] {
  const lines: string[] = [];
  const { release, findings, hint } = patch;
  if (isJsonObject(release) && typeof release['state'] === 'string') lines.push(releaseLine(release, release['state']));
  for (const finding of Array.isArray(findings) ? findings : []) {
    if (isJsonObject(finding))
      lines.push(`a mistake in its twin: ${text(finding['path'])} ${text(finding['message'])}`);
  }
  if (typeof hint === 'string') lines.push(hint);
  return lines;
}

function releaseLine(release: JsonObject, state: string): string {
  const id = typeof release['id'] === 'string' ? ` ${release['id']}` : '';
  const exit = typeof release['exitCode'] === 'number' ? `, exit code ${release['exitCode']}` : '';
  const error = isJsonObject(release['error']) ? `: ${text(release['error']['message'])}` : '';
  return `release${id} ${state}${exit}${error}`;
}

function text(value: JsonValue | undefined): string {
  return typeof value === 'string' ? value : JSON.stringify(value ?? null);
}
