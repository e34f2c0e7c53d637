import { readOptions, type OptionName } from './command-line-options.ts';
import { settingsHelp } from './settings.ts';

/** One `-c`, with the `-o` and the `-i` of the same place in their rows. */
export interface Instance {
  readonly configFile: string;
  /** A config whose model replaces the running one whenever it is written. */
  readonly overrideFile: string | undefined;
  /** The file of the first source, where the config has none for it. */
  readonly inputFile: string | undefined;
}

/** What the command line asks for. */
export type Arguments =
  | {
      readonly kind: 'run';
      readonly instances: readonly Instance[];
      readonly modelUsed: number;
      readonly ignored: readonly string[];
    }
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  /** Not understood: the real app prints its help behind the reason. */
  | { readonly kind: 'wrong'; readonly reason: string }
  | { readonly kind: 'no-config'; readonly reason: string };

/** What `--help` prints. */
export const helpText = `DeepStream stand-in: plays recorded detections as deepstream-test5-app would send them. No GPU, no video, no inference.

Usage: deepstream-test5-app -c FILE [-o FILE] [-i FILE] [-m N] …

  -c, --cfg-file FILE            an app config (key file or .yml); relative paths in it start at its folder; may be repeated
  -o, --override-cfg-file FILE   takes the model of this config whenever it is written
  -i, --input-file FILE          the file of the first source, where the config has no uri for it
  -m, --pgie-model-used N        0: unknown (default); 1: the detector of cars, bicycles, people and road signs
  -t, -p N, --no-force-tcp       taken; no video, no difference
  -v, --version, --version-all   the version that it plays
  -h, --help                     this text

A source whose file x.y4m has x.detections.jsonl beside it plays those detections. SIGINT ends it (0); SIGTERM is
ignored, as deepstream-test5-app does as its container's first process; what it can't start with ends it with 255 and
one line for each reason. Environment, of the stand-in only, with defaults:

${settingsHelp}
`;

/** Reads the command line of deepstream-test5-app. */
export function readArguments(argv: readonly string[]): Arguments {
  const read = readOptions(argv);
  if (!read.ok) return { kind: 'wrong', reason: read.reason };
  const all = (name: OptionName): string[] =>
    read.given.filter((option) => option.name === name).map(({ value }) => value);
  const has = (name: OptionName): boolean => all(name).length > 0;
  if (has('help') || has('help-all')) return { kind: 'help' };
  if (has('version') || has('version-all')) return { kind: 'version' };
  const [configFiles, overrideFiles, inputFiles] = [all('cfg-file'), all('override-cfg-file'), all('input-file')];
  if (configFiles.length === 0) return { kind: 'no-config', reason: 'Specify config file with -c option' };
  return {
    kind: 'run',
    instances: configFiles.map((configFile, index) => ({
      configFile,
      overrideFile: overrideFiles[index],
      inputFile: inputFiles[index],
    })),
    modelUsed: Number(all('pgie-model-used').at(-1) ?? '0'),
    ignored: (['tiledtext', 'playback-utc', 'no-force-tcp'] as const).filter(has).map((name) => `--${name}`),
  };
}
