import { mkdir, writeFile } from 'node:fs/promises';
import { describe, expect, test } from 'vitest';
import { createWorkbench } from '../testing/workbench.ts';

const config = `# by hand
[application]
enable-perf-measurement=1

[source0]
uri = rtsp://u:p#1@h ; kept
border-color=1;0;0;1
__proto__=x
enable=0
enable=1
`;

describe('companion config get', () => {
  test('prints a value, a group or all of it', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('app.txt'), config);
    const get = (...more: string[]) => bench.call(['config', 'get', 'app.txt', ...more]);
    expect(await get('source0', 'uri')).toMatchObject({ code: 0, stdout: 'rtsp://u:p#1@h ; kept\n', stderr: '' });
    expect((await get('application')).stdout).toBe('enable-perf-measurement=1\n');
    expect((await get()).stdout).toBe(`[application]
enable-perf-measurement=1

[source0]
uri=rtsp://u:p#1@h ; kept
border-color=1;0;0;1
__proto__=x
enable=1
`);
    const json = await get('--json');
    expect(JSON.parse(json.stdout)).toEqual(
      JSON.parse(`{"application":{"enable-perf-measurement":"1"},"source0":{"uri":"rtsp://u:p#1@h ; kept",
        "border-color":"1;0;0;1","__proto__":"x","enable":"1"}}`),
    );
    expect((await get('source0', 'enable', '--json')).stdout).toBe('"1"\n');
  });

  test('says with exit code 1 what is not there', async () => {
    await using bench = await createWorkbench();
    await writeFile(bench.path('app.txt'), config);
    expect(await bench.call(['config', 'get', 'app.txt', 'sink0'])).toMatchObject({
      code: 1,
      stdout: '',
      stderr: 'app.txt: error: there is no group [sink0] [group-not-found]\n',
    });
    expect(await bench.call(['config', 'get', 'app.txt', 'source0', 'type'])).toMatchObject({
      code: 1,
      stderr: 'app.txt:5: error: there is no type in [source0] [key-not-found]\n',
    });
  });

  test('reads stdin, YAML, and files that are neither UTF-8 nor end in a newline', async () => {
    await using bench = await createWorkbench();
    expect(await bench.call(['config', 'get', '-', 'source0', 'enable'], config)).toMatchObject({ stdout: '1\n' });
    await writeFile(bench.path('app.yml'), 'source:\n  type: 4\n');
    expect(await bench.call(['config', 'get', 'app.yml', 'source', 'type'])).toMatchObject({ stdout: '4\n' });
    await writeFile(bench.path('latin.txt'), Buffer.from('[a]\r\nx=caf\xe9\r\ny=2', 'latin1'));
    expect(await bench.call(['config', 'get', 'latin.txt', 'a'])).toMatchObject({ stdout: 'x=café\ny=2\n' });
  });

  test('has exit code 2 where the file can not be read, with a line where one is to blame', async () => {
    await using bench = await createWorkbench();
    await mkdir(bench.path('folder'));
    await writeFile(bench.path('bad.txt'), '[a]\nx=1\nno key\n');
    const get = (path: string) => bench.call(['config', 'get', path]);
    const said = (text: string) => ({
      code: 2,
      stdout: '',
      stderr: `companion: ${text}
`,
    });
    expect(await get('none.txt')).toEqual(said('none.txt: no such file'));
    expect(await get('folder')).toEqual(said('folder: a directory'));
    expect(await get('bad.txt/x')).toEqual(said('bad.txt/x: no such file'));
    const bad = await bench.companion(['config', 'get', 'bad.txt']);
    expect(bad).toMatchObject({ code: 2, stdout: '' });
    expect(bad.stderr).toMatch(/^bad\.txt:3: error: "no key" is neither .* \[invalid-line\]\n$/);
  });
});
