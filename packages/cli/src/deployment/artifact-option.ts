import type { JsonObject } from '@companion/foundation';
import { CliError } from '../command/cli-error.ts';

const keys = ['kind', 'url', 'sha256', 'sizeBytes', 'credential'] as const;

/** Reads `NAME=kind:model,url:https://…,sha256:…` as an entry of the artifacts map; what the values hold is not checked here. */
export function artifactOption(text: string): readonly [string, JsonObject] {
  const [, name, rest] = /^([^=]+)=([\s\S]*)$/.exec(text) ?? [];
  const refuse = (reason: string): never => {
    throw new CliError(
      'usage',
      `companion layer: --artifact ${text}: ${reason}; expected NAME=kind:KIND,url:URL,sha256:DIGEST`,
    );
  };
  if (name === undefined || rest === undefined) return refuse('no NAME=');
  // URLs hold commas and colons: only a comma before a known key ends a value.
  const fields = rest.split(new RegExp(`,(?=(?:${keys.join('|')}):)`)).map((field): [string, string | number] => {
    const [, key, value] = /^(\w+):([\s\S]*)$/.exec(field) ?? [];
    if (key === undefined || value === undefined || !keys.some((known) => known === key)) {
      return refuse(`${JSON.stringify(field)} is none of ${keys.join(', ')}`);
    }
    return [key, key === 'sizeBytes' && /^\d+$/.test(value) ? Number(value) : value];
  });
  return [name, Object.fromEntries(fields)];
}
