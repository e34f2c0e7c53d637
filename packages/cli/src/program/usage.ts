import type { Command } from '../command/command.ts';
import { optionUsage } from '../command/option.ts';

/** What follows a command's name: required options, `[options]`, operands. */
export function usageOf({ operands, options }: Command): string {
  const required = Object.entries(options)
    .filter(([, option]) => 'required' in option)
    .map(([name, option]) => optionUsage(name, option));
  return [...required, '[options]', operands].filter((part) => part !== '').join(' ');
}
