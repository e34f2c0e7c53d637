import { parseKeyFile } from '../keyfile/parse.ts';
import type { KeyFileErrorCode } from '../keyfile/key-file-error-code.ts';
import { decodeBytes } from '../text/text-codec.ts';
import { parseYamlConfig } from '../yaml-config/parse.ts';
import type { YamlConfigErrorCode } from '../yaml-config/yaml-config-error-code.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import type { LineDiagnostic } from '../editing/line-diagnostic.ts';

/** The first thing in a file that stops it from being read. */
export type ConfigError = LineDiagnostic<KeyFileErrorCode | YamlConfigErrorCode>;

/** A configuration file, or why it can't be read. */
export type ParsedConfig =
  | {
      readonly ok: true;
      readonly file: ConfigFile;
      /** The line, counted from 1, where a second YAML document begins, which DeepStream does not read. */
      readonly nextDocument?: number | undefined;
    }
  | { readonly ok: false; readonly error: ConfigError };

/**
 * Reads a configuration as a key file or as YAML. DeepStream decides by the name alone (`.yml` and `.yaml` are YAML), so
 * the name goes first; only a file with no known ending is looked into. Never throws.
 */
export function parseConfig(input: string | Uint8Array, fileName: string): ParsedConfig {
  return isYaml(input, fileName) ? parseYamlConfig(input) : parseKeyFile(input);
}

function isYaml(input: string | Uint8Array, fileName: string): boolean {
  if (/\.ya?ml$/i.test(fileName)) return true;
  if (/\.(?:txt|cfg|conf|ini)$/i.test(fileName)) return false;
  const text = typeof input === 'string' ? input : decodeBytes(input).text;
  for (const line of text.split('\n', 1000)) {
    if (/^%YAML\b|^---(?:\s|$)/.test(line)) return true;
    if (/^\s*(?:#|$)/.test(line)) continue;
    return !/^\s*\[/.test(line) && /^[^=]*:(?:\s|$)/.test(line);
  }
  return false;
}
