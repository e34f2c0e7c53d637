import type { ConfigFile } from '@companion/deepstream/config-file';
import { formatDiagnostic } from '@companion/foundation';
import { defineCommand } from '../command/command.ts';
import { openConfig } from '../config/config-document.ts';

/** `companion config get`. */
export const command = defineCommand({
  operands: 'FILE [GROUP] [KEY]',
  notes: 'Exit code 1 where the group or the key is not there.',
  examples: ['companion config get app.txt sink0 enable', 'companion config get app.txt --json'],
  options: { json: { type: 'flag', help: 'print JSON: a string, an object, an object of objects' } },
  run: async ({ operands: [path, group, key], options }, terminal) => {
    const { file } = await openConfig(path, terminal);
    const missing =
      group !== undefined && !file.groups().includes(group)
        ? { message: `there is no group [${group}]`, code: 'group-not-found', line: undefined }
        : group !== undefined && key !== undefined && file.get(group, key) === undefined
          ? { message: `there is no ${key} in [${group}]`, code: 'key-not-found', line: file.lineOf(group) }
          : undefined;
    if (missing !== undefined) {
      const { message, code, line } = missing;
      terminal.err(`${formatDiagnostic({ severity: 'error', code, at: { file: path, line }, message })}\n`);
      return 1;
    }
    terminal.out(options.json ? `${JSON.stringify(asJson(file, group, key), null, 2)}\n` : asText(file, group, key));
    return 0;
  },
});

function asJson(file: ConfigFile, group: string | undefined, key: string | undefined): unknown {
  if (group === undefined) return Object.fromEntries(file.groups().map((name) => [name, members(file, name)]));
  return key === undefined ? members(file, group) : file.get(group, key);
}

/** Built with fromEntries, so that a key `__proto__` is one. */
function members(file: ConfigFile, group: string): Record<string, string> {
  return Object.fromEntries(file.keys(group).map((key) => [key, file.get(group, key) ?? '']));
}

function asText(file: ConfigFile, group: string | undefined, key: string | undefined): string {
  if (group === undefined)
    return file
      .groups()
      .map((name) => `[${name}]\n${lines(file, name)}`)
      .join('\n');
  return key === undefined ? lines(file, group) : `${file.get(group, key) ?? ''}\n`;
}

function lines(file: ConfigFile, group: string): string {
  return file
    .keys(group)
    .map((key) => `${key}=${file.get(group, key) ?? ''}\n`)
    .join('');
}
