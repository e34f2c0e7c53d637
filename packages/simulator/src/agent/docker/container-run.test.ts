import { expect, test } from 'vitest';

import { runContainer } from './container-run.ts';
import { answeringEngine } from './testing/engine-answers.ts';

const state = (Running: boolean) => ({
  State: { Running, Pid: 7, ExitCode: 0, StartedAt: '2026-01-01T00:00:00Z' },
});

test('a run whose container the engine refuses to stop ends, and says why', async () => {
  let started = false;
  await using engine = await answeringEngine((call) => {
    if (call === 'GET /containers/one/json') return { body: state(started) };
    if (call.startsWith('POST /containers/one/attach')) return { body: '' };
    if (call.startsWith('POST /containers/one/wait')) return 'head alone';
    if (call === 'POST /containers/one/stop?t=1') return { status: 500, body: { message: 'cannot kill: no' } };
    started ||= call === 'POST /containers/one/start';
    return undefined;
  });
  const lines: string[] = [];
  const run = await runContainer(engine.client, 'one', (line) => lines.push(line));
  run.terminate(1_000);
  expect(await run.exit).toEqual({ exitCode: null, signal: null });
  expect(lines).toContain("the container can't be stopped: cannot kill: no");
  expect(lines).not.toContainEqual(expect.stringContaining('went away'));
  await expect.poll(() => engine.hungUp).toEqual(['POST /containers/one/wait?condition=next-exit']);
});
