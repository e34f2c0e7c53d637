/** One option of a command. */
export type CommandOption = FlagOption | TextOption | TextsOption | IntegerOption;

/** On where it is given. */
export interface FlagOption {
  readonly type: 'flag';
  readonly help: string;
}

/** A text, or one of a few words. */
export interface TextOption {
  readonly type: 'text';
  /** What stands for the value in the help, for example `FILE`, which shells complete by the names of files. */
  readonly value: string;
  readonly help: string;
  readonly choices?: readonly string[];
  readonly required?: true;
}

/** A text that may be given more than once. */
export interface TextsOption {
  readonly type: 'texts';
  readonly value: string;
  readonly help: string;
}

/** A whole number from 0. */
export interface IntegerOption {
  readonly type: 'integer';
  readonly value: string;
  readonly help: string;
}

/** The options of a command by name, without the dashes. */
export type CommandOptions = Readonly<Record<string, CommandOption>>;

type OptionValue<T extends CommandOption> = T extends FlagOption
  ? boolean
  : T extends IntegerOption
    ? number
    : T extends TextsOption
      ? readonly string[]
      : T extends { readonly choices: readonly (infer Word)[] }
        ? Word
        : string;

/** Those that are always there: required ones, flags (off without it) and lists (empty without it). */
type AlwaysThere = FlagOption | TextsOption | { readonly required: true };

/** The values that options were given; others that were not are missing. */
export type OptionValues<O extends CommandOptions> = {
  readonly [K in keyof O as O[K] extends AlwaysThere ? K : never]: OptionValue<O[K]>;
} & {
  readonly [K in keyof O as O[K] extends AlwaysThere ? never : K]?: OptionValue<O[K]>;
};

/** `--out FILE` */
export function optionUsage(name: string, option: CommandOption): string {
  return option.type === 'flag' ? `--${name}` : `--${name} ${option.value}`;
}
