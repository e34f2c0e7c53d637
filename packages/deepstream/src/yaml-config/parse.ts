import type { TextEncoding } from '../text/text-codec.ts';
import { decodeBytes } from '../text/text-codec.ts';
import type { ConfigFile } from '../editing/config-file.ts';
import type { LineDiagnostic } from '../editing/line-diagnostic.ts';
import { readOutline } from './outline.ts';
import { splitLines } from './text-line.ts';
import { YamlConfig } from './yaml-config.ts';
import type { YamlConfigErrorCode } from './yaml-config-error-code.ts';

/** A YAML config, or the first thing in it that stops it from being read. */
export type ParsedYamlConfig =
  | {
      readonly ok: true;
      readonly file: ConfigFile;
      /** The line, counted from 1, where a second document begins, which DeepStream does not read. */
      readonly nextDocument: number | undefined;
    }
  | { readonly ok: false; readonly error: LineDiagnostic<YamlConfigErrorCode> };

/**
 * Reads a YAML config of groups with keys, as DeepStream 6.1 and later takes it, and keeps every byte of it. Of several
 * documents the first is read, as DeepStream does. Refused are aliases, more than 128 KiB and what is nested hundreds of
 * levels deep. Never throws.
 */
export function parseYamlConfig(input: string | Uint8Array): ParsedYamlConfig {
  const { text, encoding } =
    typeof input === 'string' ? { text: input, encoding: 'utf-8' as TextEncoding } : decodeBytes(input);
  const lines = splitLines(text);
  const outline = readOutline(text, lines);
  if (!outline.ok) return outline;
  const { groups, nextDocument } = outline;
  return {
    ok: true,
    file: new YamlConfig(lines, groups, encoding),
    nextDocument: nextDocument === undefined ? undefined : nextDocument + 1,
  };
}
