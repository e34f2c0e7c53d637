import { operandsOf } from '../command/operand.ts';
import type { CommandRegistry } from '../command/command.ts';
import { calledName, wordsAfter } from './called-name.ts';

/** The shells that there are scripts for. */
export const completionShells = ['bash', 'zsh'] as const;

/** Which words may come next, by what has come: a pattern of a shell's `case`. */
type NextWords = readonly (readonly [pattern: string, words: readonly string[]])[];

/**
 * A script that completes commands, options and their words, and otherwise the names of files. It holds all of them, so that
 * a TAB starts no program; zsh runs the same function by its `bashcompinit`.
 */
export async function completionScript(
  commands: CommandRegistry,
  shell: (typeof completionShells)[number],
): Promise<string> {
  const groups = [...new Set(Object.keys(commands).flatMap((name) => calledName(name).group ?? []))];
  const commandWords: NextWords = [
    ["''", wordsAfter(commands, undefined)],
    ...groups.map((group) => [group, wordsAfter(commands, group)] as const),
  ];
  const optionWords: (readonly [string, readonly string[]])[] = [];
  const valueWords: (readonly [string, readonly string[]])[] = [];
  for (const [name, entry] of Object.entries(commands)) {
    const { operands, options } = (await entry.load()).command;
    const [first] = operandsOf(operands);
    // Operands in small letters are the words themselves.
    if (first !== undefined && /^[a-z|]+$/.test(first.name)) valueWords.push([`'${name}'`, first.name.split('|')]);
    optionWords.push([`'${name}'`, [...Object.keys(options).map((option) => `--${option}`), '--help']]);
    for (const [option, spec] of Object.entries(options)) {
      if (spec.type === 'text' && spec.choices !== undefined) valueWords.push([`'${name} --${option}'`, spec.choices]);
    }
  }
  const isGroup = `case "\${COMP_WORDS[1]}" in ${groups.join(' | ')}) depth=2 ;; esac`;
  return `${shell === 'zsh' ? 'autoload -U +X bashcompinit && bashcompinit\n' : ''}_companion() {
  local current=\${COMP_WORDS[COMP_CWORD]} previous=\${COMP_WORDS[COMP_CWORD-1]} depth=1 words=''
  # bash cuts --option=value at the sign.
  if [ "$current" = = ]; then current=''
  elif [ "$previous" = = ]; then previous=\${COMP_WORDS[COMP_CWORD-2]}; fi
  ${isGroup}
  COMPREPLY=()
  if [ "$COMP_CWORD" -le "$depth" ]; then
    local called=''
    if [ "$COMP_CWORD" -gt 1 ]; then called=\${COMP_WORDS[1]}; fi
${cases('called', commandWords)}
  else
    local called=\${COMP_WORDS[1]}
    if [ "$depth" -eq 2 ]; then called="$called \${COMP_WORDS[2]}"; fi
    case "$current" in
      -*)
${cases('called', optionWords)} ;;
      *)
        case "$previous" in -*) called="$called $previous" ;; esac
${cases('called', valueWords)} ;;
    esac
  fi
  COMPREPLY=($(compgen -W "$words" -- "$current"))
}
complete -o default -F _companion companion
`;
}

function cases(variable: string, all: NextWords): string {
  const lines = all.map(([pattern, words]) => `          ${pattern}) words='${words.join(' ')}' ;;`);
  return `        case "$${variable}" in\n${lines.join('\n')}\n        esac`;
}
