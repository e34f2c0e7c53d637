import { expect, test } from 'vitest';
import { createLog } from './log.ts';

test('a line names module, level and time, and keeps no secret, not even in the cause of an error', () => {
  const lines: string[] = [];
  const log = createLog({ module: 'filter', level: 'info', destination: { write: (line) => lines.push(line) } });
  log.debug('not written');
  log.info({ connection: { password: 'p4ss' } }, 'connecting with SharedAccessKey=k3y;x=1');
  log.error({ err: new Error('failed', { cause: new Error('GET https://h/a?sig=s1g&x=2') }) }, 'failed');
  expect(lines).toHaveLength(2);
  expect(lines.join('')).not.toMatch(/p4ss|k3y|s1g/);
  expect(JSON.parse(lines[0] ?? '')).toMatchObject({
    level: 'info',
    module: 'filter',
    time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/) as string,
    connection: { password: '[redacted]' },
    msg: 'connecting with SharedAccessKey=[redacted];x=1',
  });
});
