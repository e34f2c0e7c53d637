import { execFileSync } from 'node:child_process';
import { describe, expect, test } from 'vitest';
import { createWorkbench } from '../testing/workbench.ts';

/** What bash offers at the end of a line, asked as bash itself asks. */
function completed(script: string, line: string): readonly string[] {
  // bash cuts a line at blanks and at =, which is a word of its own.
  const words = line
    .split(' ')
    .flatMap((word) => word.split(/(=)/).filter((part, index) => part !== '' || index === 0));
  const ask = `${script}
    COMP_WORDS=(${words.map((word) => `'${word}'`).join(' ')}); COMP_CWORD=${words.length - 1}
    _companion; printf '%s\\n' "\${COMPREPLY[@]}"`;
  return execFileSync('bash', ['--norc', '-c', ask])
    .toString()
    .split('\n')
    .filter((word) => word !== '');
}

describe('companion completion bash', () => {
  test.each([
    ['companion co', ['config', 'completion']],
    ['companion config s', ['set', 'sources']],
    ['companion config rtsp-out a --c', ['--codec']],
    ['companion config rtsp-out a --codec ', ['h264', 'h265']],
    ['companion config rtsp-out a --codec=h265', ['h265']],
    ['companion pack --kind m', ['model']],
    ['companion pack a --o', ['--out']],
    ['companion completion ', ['bash', 'zsh']],
    // Nothing of ours: bash goes on with the names of files.
    ['companion config get a', []],
    ['companion apply --desired ', []],
    ['companion nothing --', []],
  ])('offers for "%s" %j', async (line, words) => {
    await using bench = await createWorkbench();
    const { code, stdout } = await bench.run(['completion', 'bash']);
    expect(code).toBe(0);
    expect(completed(stdout, line)).toEqual(words);
    expect(execFileSync('bash', ['--norc', '-c', `${stdout}\ncomplete -p companion`]).toString()).toBe(
      'complete -o default -F _companion companion\n',
    );
  });
});

test('zsh takes the same function by bashcompinit; other shells are not known', async () => {
  await using bench = await createWorkbench();
  const [bash, zsh] = [await bench.run(['completion', 'bash']), await bench.run(['completion', 'zsh'])];
  expect(zsh.stdout).toBe(`autoload -U +X bashcompinit && bashcompinit\n${bash.stdout}`);
  expect(await bench.run(['completion', 'fish'])).toMatchObject({ code: 2, stdout: '' });
});
