import { Readable } from 'node:stream';
import { describe, expect, test } from 'vitest';
import { defineCommand } from '../command/command.ts';
import { Program } from './program.ts';

/** A program of two commands that count how often they are loaded, and say what they were called with. */
function makeProgram() {
  const loads: string[] = [];
  const said = { out: '', err: '' };
  const terminal = {
    out: (text: string | Uint8Array) => void (said.out += text.toString()),
    err: (text: string) => void (said.err += text),
    stdin: Readable.from([]),
  };
  const command = defineCommand({
    operands: 'FILE [NAME] [NUMBER]',
    examples: ['companion one a'],
    options: {
      flag: { type: 'flag', help: 'a flag' },
      'some-text': { type: 'text', value: 'TEXT', help: 'a text' },
      list: { type: 'texts', value: 'TEXT', help: 'a list' },
      count: { type: 'integer', value: 'N', help: 'a number' },
    },
    run: ({ operands, options }, { out: say }) => {
      say(JSON.stringify({ operands, options }));
      return Promise.resolve(1 as const);
    },
  });
  const entry = (name: string) => ({
    summary: `does ${name}`,
    load: () => {
      loads.push(name);
      return Promise.resolve({ command });
    },
  });
  const commands = { one: entry('one'), 'group two': entry('group two') };
  const program = new Program({ commands, groups: { group: 'a group' }, version: '1' }, terminal);
  return { loads, said, run: (...args: string[]) => program.run(args) };
}

describe('a program', () => {
  test.each([[['--help']], [['group', '--help']], [['--version']], [['nothing']], [[]]])(
    'loads no command for %j',
    async (args) => {
      const { loads, run } = makeProgram();
      await run(...args);
      expect(loads).toEqual([]);
    },
  );

  test('loads the command that is called, or asked for help, and no other', async () => {
    const { loads, run } = makeProgram();
    await run('one', 'a');
    await run('help', 'group', 'two');
    await run('group', 'two', '--help');
    expect(loads).toEqual(['one', 'group two', 'group two']);
  });

  test('gives a command its operands and options, and ends as it does', async () => {
    const { said, run } = makeProgram();
    expect(await run('group', 'two', 'a', '--flag', '--list=1', '--count', '7', '--list', '2', 'b')).toBe(1);
    expect(JSON.parse(said.out)).toEqual({ operands: ['a', 'b'], options: { flag: true, list: ['1', '2'], count: 7 } });
    said.out = '';
    await run('one', '--some-text', '-', '--', '-1');
    expect(JSON.parse(said.out)).toEqual({ operands: ['-1'], options: { flag: false, list: [], 'some-text': '-' } });
  });
});
