import { describe, expect, test } from 'vitest';
import { helpText, parseCommandLine } from './command-line.ts';

describe('the command line', () => {
  test('has a value for all that is not said', () => {
    expect(parseCommandLine([])).toEqual({
      once: false,
      demo: true,
      replay: undefined,
      template: 'deployment.template.json',
      envFile: undefined,
      root: undefined,
      hubPort: undefined,
      apiPort: undefined,
      seed: 1,
      fps: undefined,
      app: 'keyfile',
      deepstream: undefined,
      patienceSec: 60,
      logs: false,
      engine: 'processes',
      containerPrefix: undefined,
      without: [],
    });
  });

  test('takes every option', () => {
    const args = '--once --no-demo --replay r --template t --variables v --root d --hub-port 1 --api-port=0 --seed 7';
    const more =
      '--fps 240 --app yaml --deepstream 9.1 --without a --without b --patience 9 --engine docker --container-prefix p- --logs';
    expect(parseCommandLine(`${args} ${more}`.split(' '))).toEqual({
      once: true,
      demo: false,
      replay: 'r',
      template: 't',
      envFile: 'v',
      root: 'd',
      hubPort: 1,
      apiPort: 0,
      seed: 7,
      fps: 240,
      app: 'yaml',
      deepstream: '9.1',
      patienceSec: 9,
      logs: true,
      engine: 'docker',
      containerPrefix: 'p-',
      without: ['a', 'b'],
    });
  });

  test.each([
    [['--onec'], "unknown option '--onec' (Did you mean --once?)"],
    [['--replay'], "option '--replay <file>' argument missing"],
    [['--seed', '-1'], '--seed wants a whole number from 0 to 4294967295, not "-1"'],
    [['--hub-port', '65536'], '--hub-port wants a whole number from 0 to 65535, not "65536"'],
    [['--engine', 'podman'], 'Allowed choices are processes, docker'],
    [['more'], 'too many arguments'],
  ])('refuses %j in one line that helps', (args, message) => {
    expect(() => parseCommandLine(args)).toThrow(expect.objectContaining({ code: 'USAGE' }));
    expect(() => parseCommandLine(args)).toThrow(message);
    expect(() => parseCommandLine(args)).not.toThrow(/\n/);
  });

  test.each(['-h', '--help'])('knows %s, and describes every option', (flag) => {
    expect(parseCommandLine(['--once', flag])).toBe('help');
    expect(helpText()).toContain('--container-prefix <prefix>');
  });
});
