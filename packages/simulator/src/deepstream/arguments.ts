import { parseArgs } from 'node:util';
import { settingsHelp } from './settings.ts';

/** What the command line asks for. */
export type Arguments =
  | {
      readonly kind: 'run';
      readonly configFile: string;
      readonly modelUsed: number;
      readonly ignored: readonly string[];
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'wrong'; readonly reason: string };

/** What `--help` prints. */
export const helpText = `DeepStream stand-in: plays recorded detections as deepstream-test5-app would send them. No GPU, no video, no inference.

Usage: deepstream-test5-app -c FILE

  -c, --cfg-file FILE        an app config (a GLib key file); relative paths in it start at its folder
  -m, --pgie-model-used N    0: unknown (default); 1: the detector of cars, bicycles, people and road signs
  -t, -p                     taken and ignored
  -h, --help                 this text

A source of type 2 or 3 whose file x.y4m has x.detections.jsonl beside it plays those detections.
SIGINT ends it (0); SIGTERM is ignored, as deepstream-test5-app does under its container's entry point; what it can't
start with ends it with 255 and one line for each reason. Environment, of the stand-in only, with defaults:

${settingsHelp}
`;

const optionSpecs = {
  'cfg-file': { type: 'string', short: 'c' },
  'pgie-model-used': { type: 'string', short: 'm', default: '0' },
  tiledtext: { type: 'boolean', short: 't' },
  'playback-utc': { type: 'string', short: 'p' },
  help: { type: 'boolean', short: 'h' },
} as const;

/** Reads the command line of deepstream-test5-app, as far as it matters here. */
export function readArguments(argv: readonly string[]): Arguments {
  try {
    const { values } = parseArgs({ args: [...argv], options: optionSpecs, allowPositionals: false });
    if (values.help === true) return { kind: 'help' };
    const configFile = values['cfg-file'];
    if (configFile === undefined) return { kind: 'wrong', reason: 'names no config: -c FILE is missing' };
    const modelUsed = Number(values['pgie-model-used']);
    if (!Number.isInteger(modelUsed)) return { kind: 'wrong', reason: '-m takes a whole number' };
    const ignored = (['tiledtext', 'playback-utc'] as const).filter((name) => values[name] !== undefined);
    return { kind: 'run', configFile, modelUsed, ignored: ignored.map((name) => `--${name}`) };
  } catch (error) {
    return { kind: 'wrong', reason: error instanceof Error ? error.message : String(error) };
  }
}
