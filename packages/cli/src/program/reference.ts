import type { Command } from '../command/command.ts';
import { optionUsage } from '../command/option.ts';
import type { CommandRegistry } from '../command/command.ts';
import { usageOf } from './usage.ts';

/** All commands as sections of Markdown: how each is called, its options, notes and examples. */
export async function renderReference(commands: CommandRegistry): Promise<string> {
  const sections: string[] = [];
  for (const [name, { summary, load }] of Object.entries(commands)) {
    sections.push(renderCommand(name, summary, (await load()).command));
  }
  return sections.join('\n');
}

function renderCommand(name: string, summary: string, command: Command): string {
  const options = Object.entries(command.options).map(([option, spec]) => {
    const choices = spec.type === 'text' && spec.choices !== undefined ? ` (${spec.choices.join(', ')})` : '';
    const required = 'required' in spec ? ' Required.' : '';
    return `| \`${optionUsage(option, spec)}\` | ${escaped(`${spec.help}${choices}`)}.${required} |`;
  });
  const table = options.length === 0 ? '' : `\n| Option | Meaning |\n| --- | --- |\n${options.join('\n')}\n`;
  const notes = command.notes === undefined ? '' : `\n${fenced('text', command.notes)}`;
  return `## companion ${name}

${summary}

${fenced('text', `companion ${name} ${usageOf(command)}`)}${table}${notes}
${fenced('sh', command.examples.join('\n'))}`;
}

function fenced(language: string, text: string): string {
  return `\`\`\`${language}\n${text}\n\`\`\`\n`;
}

function escaped(text: string): string {
  return text.replaceAll('|', '\\|').replaceAll('<', '&lt;');
}
