import { resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { CliError } from '../command/cli-error.ts';

type Members = Readonly<Record<string, unknown>>;

/**
 * The desired properties in a JSON text: alone, in a twin (`properties.desired` as two members) or in a deployment
 * manifest's section of a module (as one). Members that start with `$` are left out. Throws a `CliError`.
 */
export function desiredProperties(path: string, text: string): Members {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch (error) {
    throw new CliError('not-a-config', `companion: ${path}: ${(error as Error).message}`, { cause: error });
  }
  const inner = member(value, 'properties.desired') ?? member(member(value, 'properties'), 'desired') ?? value;
  if (!isObject(inner)) throw new CliError('not-a-config', `companion: ${path}: not a JSON object`);
  return Object.fromEntries(Object.entries(inner).filter(([key]) => !key.startsWith('$')));
}

/** The same with every relative `file:` URL of an artifact (`file:models/a.tgz`) made absolute, below the import directory. */
export function withImports(properties: Members, importDirectory: string | undefined): Members {
  const artifacts = properties['artifacts'];
  if (importDirectory === undefined || !isObject(artifacts)) return properties;
  const placed = Object.entries(artifacts).map(([name, artifact]) => {
    const url = member(artifact, 'url');
    const relative = typeof url === 'string' ? /^file:(?!\/)(.+)$/i.exec(url)?.[1] : undefined;
    if (relative === undefined || !isObject(artifact)) return [name, artifact] as const;
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

function member(value: unknown, key: string): unknown {
  return isObject(value) ? value[key] : undefined;
}

function isObject(value: unknown): value is Members {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
