import { commands } from './commands/index.ts';
import { renderReference } from './program/reference.ts';

/** The command line's reference as Markdown, made of the commands themselves. */
export function renderCliReference(): Promise<string> {
  return renderReference(commands);
}
