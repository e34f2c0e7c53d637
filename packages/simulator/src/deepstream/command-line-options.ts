/** An option of deepstream-test5-app, as its GOptionEntry says it (deepstream_test5_app_main.c:179 of 9.1). */
interface OptionSpec {
  readonly long: string;
  readonly short?: string;
  readonly takes: 'nothing' | 'file' | 'integer';
}

const specs = [
  { long: 'help', short: 'h', takes: 'nothing' },
  { long: 'help-all', takes: 'nothing' },
  { long: 'version', short: 'v', takes: 'nothing' },
  { long: 'version-all', takes: 'nothing' },
  { long: 'tiledtext', short: 't', takes: 'nothing' },
  { long: 'cfg-file', short: 'c', takes: 'file' },
  { long: 'override-cfg-file', short: 'o', takes: 'file' },
  { long: 'input-file', short: 'i', takes: 'file' },
  { long: 'playback-utc', short: 'p', takes: 'integer' },
  { long: 'pgie-model-used', short: 'm', takes: 'integer' },
  { long: 'no-force-tcp', takes: 'nothing' },
] as const satisfies readonly OptionSpec[];

/** The long name of an option. */
export type OptionName = (typeof specs)[number]['long'];

/** Options in the order in which they were given, or GLib's words for the first that it does not take. */
export type ReadOptions =
  | { readonly ok: true; readonly given: readonly { readonly name: OptionName; readonly value: string }[] }
  | { readonly ok: false; readonly reason: string };

/**
 * Reads a command line as g_option_context_parse does: `--name value`, `--name=value`, `-n value`, `-nvalue`, flags
 * together (`-tv`), `--` ends the options. What is no option is left alone, and GStreamer's own (`--gst-…`) are taken.
 */
export function readOptions(argv: readonly string[]): ReadOptions {
  const given: { name: OptionName; value: string }[] = [];
  const rest = [...argv];
  for (let word = rest.shift(); word !== undefined && word !== '--'; word = rest.shift()) {
    if (!word.startsWith('-') || word === '-' || word.startsWith('--gst-')) continue;
    const read = word.startsWith('--') ? readLong(word.slice(2), rest) : readShort(word.slice(1), rest);
    if ('reason' in read) return { ok: false, reason: read.reason };
    given.push(...read.given);
  }
  return { ok: true, given };
}

type ReadWord =
  { readonly given: readonly { readonly name: OptionName; readonly value: string }[] } | { readonly reason: string };

function readLong(word: string, rest: string[]): ReadWord {
  const [name = ''] = word.split('=', 1);
  const spec = specs.find(({ long }) => long === name);
  const inline = word === name ? undefined : word.slice(name.length + 1);
  if (spec === undefined || (spec.takes === 'nothing' && inline !== undefined)) {
    return { reason: `Unknown option --${word}` };
  }
  return readValue(spec, `--${name}`, spec.takes === 'nothing' ? '' : (inline ?? rest.shift()));
}

function readShort(letters: string, rest: string[]): ReadWord {
  const given: { name: OptionName; value: string }[] = [];
  for (let at = 0; at < letters.length; at += 1) {
    const spec = specs.find((candidate) => 'short' in candidate && candidate.short === letters[at]);
    if (spec === undefined) return { reason: `Unknown option -${letters}` };
    const behind = letters.slice(at + 1);
    const value = spec.takes === 'nothing' ? '' : behind === '' ? rest.shift() : behind;
    const read = readValue(spec, `-${letters[at] ?? ''}`, value);
    if ('reason' in read) return read;
    given.push(...read.given);
    if (spec.takes !== 'nothing') break;
  }
  return { given };
}

function readValue(spec: (typeof specs)[number], shown: string, value: string | undefined): ReadWord {
  if (value === undefined) return { reason: `Missing argument for ${shown}` };
  if (spec.takes === 'integer') {
    if (!/^[+-]?(?:0x[0-9a-f]+|\d+)$/i.test(value)) {
      return { reason: `Cannot parse integer value “${value}” for ${shown}` };
    }
    if (Math.abs(Number(value)) >= 2 ** 31) return { reason: `Integer value “${value}” for ${shown} out of range` };
  }
  return { given: [{ name: spec.long, value }] };
}
