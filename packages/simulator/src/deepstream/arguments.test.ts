import { expect, test } from 'vitest';
import { readArguments } from './arguments.ts';

const reasonOf = (...argv: string[]): string | undefined => {
  const read = readArguments(argv);
  return 'reason' in read ? read.reason : undefined;
};

test('options are read as GLib reads them: together, with =, without a space, and with words that are none between them', () => {
  expect(readArguments(['-tc', 'a.txt', 'word', '--cfg-file=b.yml', '-oo.txt', '-i', 'v.mp4', '-m', '0x1'])).toEqual({
    kind: 'run',
    instances: [
      { configFile: 'a.txt', overrideFile: 'o.txt', inputFile: 'v.mp4' },
      { configFile: 'b.yml', overrideFile: undefined, inputFile: undefined },
    ],
    modelUsed: 1,
    ignored: ['--tiledtext'],
  });
  expect(readArguments(['--no-force-tcp', '-p', '1', '--gst-debug=3', '-c', 'a', '--', '-x'])).toMatchObject({
    kind: 'run',
    ignored: ['--playback-utc', '--no-force-tcp'],
  });
});

test.each([
  [['--frobnicate'], 'Unknown option --frobnicate'],
  [['-x'], 'Unknown option -x'],
  [['-c'], 'Missing argument for -c'],
  [['--cfg-file'], 'Missing argument for --cfg-file'],
  [['-m', 'one', '-c', 'a'], 'Cannot parse integer value “one” for -m'],
  [['--pgie-model-used=99999999999', '-c', 'a'], 'Integer value “99999999999” for --pgie-model-used out of range'],
  [['--version=1'], 'Unknown option --version=1'],
  [['-m', '1'], 'Specify config file with -c option'],
])('%j is refused', (argv, reason) => {
  expect(reasonOf(...argv)).toBe(reason);
});

test('help and version go before a missing config', () => {
  expect([readArguments(['-h']).kind, readArguments(['-v']).kind, readArguments(['--version-all']).kind]).toEqual([
    'help',
    'version',
    'version',
  ]);
});
