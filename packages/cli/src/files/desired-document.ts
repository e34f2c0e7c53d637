import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { isJsonObject, type JsonObject, type JsonValue } from '@companion/foundation';
import { parseJsonText } from '@companion/foundation/json-text';
import { CliError } from '../command/cli-error.ts';

/**
 * The desired properties in a JSON text: alone, in a twin (`properties.desired` as two members) or in a deployment
 * manifest's section of a module (as one). Members that start with `$` are left out. Throws a `CliError`.
 */
export function desiredProperties(path: string, text: string): JsonObject {
  const value = jsonOf(path, text);
  const inner = member(value, 'properties.desired') ?? member(member(value, 'properties'), 'desired') ?? value;
  if (!isJsonObject(inner)) throw new CliError('not-a-config', `companion: ${path}: not a JSON object`);
  return Object.fromEntries(Object.entries(inner).filter(([key]) => !key.startsWith('$')));
}

/** The same with every relative `file:` URL of an artifact (`file:models/a.tgz`) made absolute, below the import directory. */
export function withImports(properties: JsonObject, importDirectory: string | undefined): JsonObject {
  const artifacts = properties['artifacts'];
  if (importDirectory === undefined || !isJsonObject(artifacts)) return properties;
  const placed = Object.entries(artifacts).map(([name, artifact]) => {
    const url = member(artifact, 'url');
    const relative = typeof url === 'string' ? /^file:(?!\/)(.+)$/i.exec(url)?.[1] : undefined;
    if (relative === undefined || !isJsonObject(artifact)) return [name, artifact] as const;
    return [name, { ...artifact, url: pathToFileURL(resolve(importDirectory, decoded(relative))).href }] as const;
  });
  return { ...properties, artifacts: Object.fromEntries(placed) };
}

function decoded(path: string): string {
  try {
    return decodeURIComponent(path);
  } catch {
    return path;
  }
}

function jsonOf(path: string, text: string): JsonValue {
  const parsed = parseJsonText(text);
  if (parsed.ok) return parsed.value;
  const { line, column, reason } = parsed.error;
  throw new CliError('not-a-config', `companion: ${path}:${line}:${column}: ${reason}`);
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  return isJsonObject(value) ? value[key] : undefined;
}
