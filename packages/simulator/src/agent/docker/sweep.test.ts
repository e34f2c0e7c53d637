import { expect, test } from 'vitest';

import { answeringEngine, type EngineAnswer } from './testing/engine-answers.ts';
import { filterOf, labelsOf } from './labels.ts';
import { sweep } from './sweep.ts';

const all = new Set(['containers', 'networks', 'volumes'] as const);
const query = (run?: string): string => decodeURIComponent(filterOf('4711', run));

/** An engine with a container and a network of each run, and a volume; a removal of these answers with `removals`. */
function engineWith(containers: Record<string, string>, removals: Record<string, EngineAnswer> = {}) {
  const left = new Map(Object.entries(containers));
  const ids = (run?: string) => [...left].filter(([, of]) => run === undefined || of === run).map(([Id]) => ({ Id }));
  return answeringEngine((call) => {
    const [, removed] = /^DELETE \/containers\/(\w+)/.exec(call) ?? [];
    if (removed !== undefined) left.delete(removed);
    for (const run of ['old', 'new', undefined]) {
      if (call === `GET /containers/json?all=1&filters=${query(run)}`) return { body: ids(run) };
      if (call === `GET /networks?filters=${query(run)}`) return { body: [{ Id: `net-${run ?? 'any'}` }] };
    }
    if (call.startsWith('GET /volumes')) return { body: { Volumes: [{ Name: 'files' }] } };
    return removals[call];
  });
}
const removalsOf = (calls: readonly string[]): string[] =>
  calls.filter((call) => call.startsWith('DELETE')).map((call) => call.replace(/^DELETE (.*?)(?:\?.*)?$/, '$1'));

test("finds by both labels what is a run's, and by one what is any run's", () => {
  expect(JSON.parse(query('old'))).toEqual({
    label: ['deepstream-companion.simulator=4711', 'deepstream-companion.run=old'],
  });
  expect(JSON.parse(query())).toEqual({ label: ['deepstream-companion.simulator=4711'] });
  expect(labelsOf('4711')).toEqual({ 'deepstream-companion.simulator': '4711' });
});

test('removes containers, then volumes, then networks', async () => {
  await using engine = await engineWith({ one: 'old', two: 'new' });
  expect(await sweep(engine.client, '4711', { graceSec: 1, scope: all })).toBe(2);
  expect(removalsOf(engine.calls).slice(0, 2).sort()).toEqual(['/containers/one', '/containers/two']);
  expect(removalsOf(engine.calls).slice(2)).toEqual(['/volumes/files', '/networks/net-any']);
});

test('of a run that is gone leaves alone what the next run has, and the volumes that it took over', async () => {
  await using engine = await engineWith({ one: 'old', two: 'new' });
  expect(await sweep(engine.client, '4711', { graceSec: 1, scope: all, run: 'old' })).toBe(1);
  expect(removalsOf(engine.calls)).toEqual(['/containers/one', '/networks/net-old']);
});

test('of a run that has no successor takes the volumes too', async () => {
  await using engine = await engineWith({ one: 'old' });
  await sweep(engine.client, '4711', { graceSec: 1, scope: all, run: 'old' });
  expect(removalsOf(engine.calls)).toEqual(['/containers/one', '/volumes/files', '/networks/net-old']);
});

test('leaves a network that somebody else has joined, and waits for a container that somebody else removes', async () => {
  await using engine = await engineWith(
    { one: 'old' },
    {
      'DELETE /networks/net-any': { status: 403, body: { message: 'network has active endpoints' } },
      'DELETE /containers/one?force=1&v=1': { status: 409, body: { message: 'already in progress' } },
    },
  );
  await sweep(engine.client, '4711', { graceSec: 1, scope: all });
  expect(engine.calls).toContain('POST /containers/one/wait?condition=removed');
});
