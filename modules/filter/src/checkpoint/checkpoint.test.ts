import { formatDiagnostic, type JsonValue } from '@companion/foundation';
import { describe, expect, test } from 'vitest';
import { checkpointOf01 } from '../testing/checkpoint-of-0.1.ts';
import { encodeCheckpoint, restoreCheckpoint } from './checkpoint.ts';

const takenMs = checkpointOf01.takenMs;

/** A copy to change. */
function copy() {
  return JSON.parse(JSON.stringify(checkpointOf01)) as {
    format: number;
    more?: unknown;
    settings: { config: { zones: Record<string, unknown>[] }; options: Record<string, unknown> };
    state: { sensors: Record<string, unknown>; zones: Record<string, Record<string, unknown>>; owed: unknown[] };
  };
}

function restored(value: unknown) {
  const result = restoreCheckpoint(value as JsonValue, takenMs + 1_000);
  if (result.kind === 'none') throw new Error('nothing was restored');
  const { checkpoint, omitted } = result;
  return {
    ...result,
    zones: checkpoint.settings.config.zones.map(({ name }) => name),
    omitted: omitted.map(formatDiagnostic),
  };
}

/** What has been added to the states of spots since; nothing of it is known of an older one. */
const since01 = { hiddenFromMs: null, unconfirmedFromMs: null };
const { A1: spot, ...others } = checkpointOf01.state.zones;
const stateOf01 = { ...checkpointOf01.state, zones: { A1: { ...spot, ...since01 }, ...others } };

describe('a checkpoint', () => {
  test('of version 0.1 is read whole, and written again with all that it held', () => {
    const { checkpoint, kind, omitted } = restored(checkpointOf01);
    expect({ kind, omitted }).toEqual({ kind: 'fresh', omitted: [] });
    expect(encodeCheckpoint(checkpoint)).toEqual({ ...checkpointOf01, state: stateOf01 });
  });

  test('of a version that took DeepStream’s confidence of 0 for one has none instead', () => {
    const older = JSON.parse(
      JSON.stringify(checkpointOf01).replaceAll('"confidence":0.9', '"confidence":0'),
    ) as JsonValue;
    const { checkpoint, omitted } = restored(older);
    expect(omitted).toEqual([]);
    const text = JSON.stringify(checkpoint.state);
    expect(text).not.toContain('"confidence":0,');
    expect(text).toContain('"confidence":null,');
  });

  test('of a newer version keeps all that this one knows, and says what it does not', () => {
    const newer = copy();
    newer.format = 3;
    newer.more = { of: 'that' };
    newer.settings.config.zones.push({ ...newer.settings.config.zones[0], kind: 'queue', name: 'Q' });
    newer.state.zones['Q'] = { length: 3 };
    newer.state.zones['hall'] = { ...newer.state.zones['hall'], trend: 'up' };
    newer.state.owed.push({ kind: 'queue', type: 'queue.length' });
    const { zones, checkpoint, omitted } = restored(newer);
    expect(zones).toEqual(['A1', 'hall', 'gate', 'P']);
    expect(checkpoint.state).toEqual(stateOf01);
    expect(omitted).toEqual([
      "format: warning: is 3, newer than this version's 2 [newer_format]",
      'config.zones.Q: warning: is of a kind that this version does not know: "queue" [unknown_kind]',
      'state.owed[2]: warning: is of a kind that this version does not know: "queue" [unknown_kind]',
    ]);
  });

  test('that is damaged in parts loses these only', () => {
    const damaged = copy();
    damaged.settings.options = {};
    damaged.state.zones['A1'] = { ...damaged.state.zones['A1'], occupancy: 'half' };
    const { zones, checkpoint, omitted } = restored(damaged);
    expect(zones).toEqual(['A1', 'hall', 'gate', 'P']);
    expect(Object.keys(checkpoint.state.zones)).toEqual(['hall', 'gate']);
    expect(checkpoint.settings.options).toEqual({ zonesFile: null, snapshotEveryMs: 300_000, format: 'cloudevents' });
    expect(omitted).toEqual([
      expect.stringContaining('options: warning: ') as string,
      expect.stringContaining('state.zones.A1.occupancy: warning: ') as string,
    ]);
  });

  test('whose sensor can’t be read forgets what hangs on its tracks, which are numbered from one again', () => {
    const damaged = copy();
    damaged.state.sensors['Yard'] = { clock: null };
    const { checkpoint, omitted } = restored(damaged);
    expect(Object.keys(checkpoint.state.sensors)).toEqual(['Garage']);
    expect(Object.keys(checkpoint.state.zones)).toEqual(['A1']);
    expect(omitted).toHaveLength(3);
  });

  test('of no format, or of one before 0.1, is none', () => {
    for (const value of [undefined, null, {}, { ...checkpointOf01, format: 1 }]) {
      expect(restoreCheckpoint(value as JsonValue | undefined, takenMs)).toEqual({ kind: 'none' });
    }
  });
});
