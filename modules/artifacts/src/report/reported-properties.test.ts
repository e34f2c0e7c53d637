import { checkTwin, jsonSizeBytes, twinLimits, type JsonObject } from '@companion/foundation';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { ArtifactProgress } from '../reconcile/artifact-progress.ts';
import { initialControl, type Control } from '../domain/control.ts';
import { initialState, releasePhase, type ModuleState } from '../reconcile/module-state.ts';
import { reportedProperties, reportOf, transitionKey } from './reported-properties.ts';

const sizeOf = (state: ModuleState): number => JSON.stringify(reportedProperties(state)).length;
const ready: ArtifactProgress = { kind: 'model', sha256: 'a'.repeat(64), state: 'ready' };
const failed: ArtifactProgress = {
  ...ready,
  state: 'failed',
  error: { code: 'DOWNLOAD_FAILED', message: 'x'.repeat(3000), facts: { reason: 'y'.repeat(3000) } },
};

function stateOf(control: Partial<Control>, change: Partial<ModuleState> = {}): ModuleState {
  const releases = { ...initialState.releases, control: { ...initialControl, ...control } };
  return {
    ...initialState,
    wanted: { id: 'b2', config: undefined, preparation: { state: 'ready' } },
    ...change,
    releases,
  };
}

/** Any UTF-16 units in any order, and now and then far too many. */
const anyText = fc
  .tuple(fc.array(fc.nat(0xffff), { maxLength: 12 }), fc.constantFrom(1, 1, 1, 700))
  .map(([units, times]) => String.fromCharCode(...units).repeat(times));

describe('the report', () => {
  test('is one that a hub takes, whatever text stands in any of its fields', () => {
    const error = fc.record({ code: anyText, message: anyText, facts: fc.dictionary(anyText, anyText) });
    const states = fc.record({
      config: anyText,
      artifacts: fc.dictionary(anyText, error),
      findings: fc.array(fc.record({ path: fc.array(anyText), message: anyText }), { maxLength: 40 }),
      rejected: fc.array(fc.record({ id: anyText, code: anyText, message: anyText }), { maxLength: 8 }),
      hint: anyText,
      problem: error,
      undeletable: fc.array(anyText),
    });
    fc.assert(
      fc.property(states, ({ config, artifacts, findings, rejected, hint, problem, undeletable }) => {
        const state: ModuleState = {
          ...stateOf({ rejected }),
          wanted: { id: 'b2', config, preparation: { state: 'refused', error: problem } },
          artifacts: Object.fromEntries(
            Object.entries(artifacts).map(([name, one]) => [name, { ...failed, error: one }] as const),
          ),
          findings: findings.map(({ path, message }) => ({
            severity: 'error',
            code: 'INVALID_VALUE',
            at: { path },
            message,
          })),
        };
        const releases = { ...state.releases, hint, problem };
        const report = reportOf({ ...state, releases }, { state: 'ready', undeletable });
        expect([...checkTwin('reported', report)]).toEqual([]);
        expect(jsonSizeBytes(report)).toBeLessThanOrEqual(twinLimits.sectionBytes);
        expect(report).toMatchObject({ release: { id: 'b2', state: 'refused' }, activation: { state: 'none' } });
      }),
      { numRuns: 200 },
    );
  });

  test('shows a config path of 4,097 characters shortened, and everything beside it', () => {
    const config = `configs/c/${'ü'.repeat(4_087)}`;
    const wanted = { id: 'b2', config, preparation: { state: 'ready' } } as const;
    const report = reportOf(
      { ...stateOf({}, { wanted }), artifacts: { a: ready } },
      { state: 'ready', undeletable: [] },
    );
    const shown = (report['release'] as JsonObject)['config'] as string;
    expect(shown).toMatch(/^configs\/c\/ü+…$/);
    expect(report).toMatchObject({ artifacts: { a: { state: 'ready' } } });
  });

  test('shows the first mistakes of many, and how many more there are', () => {
    const findings = Array.from({ length: 30 }, (_, index) => ({
      severity: 'error' as const,
      code: 'INVALID_VALUE' as const,
      at: { path: ['artifacts', `a${index}`] },
      message: '\u0001'.repeat(400),
    }));
    const shown = reportOf({ ...initialState, findings }, { state: 'ready', undeletable: [] })[
      'findings'
    ] as JsonObject[];
    expect(shown.slice(0, -1).map(({ path }) => path)).toEqual(shown.slice(0, -1).map((_, at) => `artifacts.a${at}`));
    expect(shown.length).toBeGreaterThan(1);
    expect(shown.at(-1)).toEqual({ path: '', message: `and ${31 - shown.length} more, which the log has` });
    expect(jsonSizeBytes(shown)).toBeLessThan(8 * 1024);
  });

  test('stays under 32 KB however much there is to say', () => {
    const artifact = fc.constantFrom(ready, failed, {
      ...ready,
      state: 'downloading',
      receivedBytes: 1,
      totalBytes: 2,
    } as const);
    fc.assert(
      fc.property(
        fc.array(artifact, { minLength: 0, maxLength: 500 }),
        fc.nat({ max: 100 }),
        fc.nat({ max: 32 }),
        (list, mistakes, rejections) => {
          const artifacts = Object.fromEntries(list.map((one, index) => [`${'n'.repeat(55)}-${index}`, one]));
          const findings = Array.from({ length: mistakes }, () => ({
            severity: 'error' as const,
            code: 'INVALID_VALUE' as const,
            at: { path: ['p'.repeat(900)] },
            message: 'm'.repeat(900),
          }));
          const rejected = Array.from({ length: rejections }, (_, index) => ({
            id: `r${index}`,
            code: 'UNHEALTHY',
            message: 'm'.repeat(900),
          }));
          expect(sizeOf(stateOf({ rejected }, { artifacts, findings: findings.slice(0, 15) }))).toBeLessThan(32 * 1024);
        },
      ),
      { numRuns: 50 },
    );
  });

  test('shows failures first where not all artifacts fit, and counts them all', () => {
    const many = Object.fromEntries(Array.from({ length: 400 }, (_, index) => [`a${index}`, ready]));
    const { artifacts, artifactsSummary } = reportedProperties({
      ...initialState,
      artifacts: { ...many, bad: failed },
    });
    expect(Object.keys(artifacts as object)[0]).toBe('bad');
    expect(artifactsSummary).toMatchObject({ ready: 400, failed: 1, total: 401 });
  });

  test('changes its key on a transition and not on progress', () => {
    const at = (receivedBytes: number): ModuleState => ({
      ...initialState,
      artifacts: { a: { ...ready, state: 'downloading', receivedBytes, totalBytes: 10 } },
    });
    expect(transitionKey(at(1))).toBe(transitionKey(at(2)));
    expect(transitionKey(at(1))).not.toBe(transitionKey({ ...initialState, artifacts: { a: ready } }));
  });

  test('tells a release that ran and failed from one that was refused before', () => {
    const rejected = (code: string): ModuleState => stateOf({ rejected: [{ id: 'b2', code, message: 'why' }] });
    expect(releasePhase(rejected('UNHEALTHY'))).toMatchObject({ state: 'rolledBack', error: { code: 'UNHEALTHY' } });
    expect(releasePhase(rejected('CONFIG_INVALID'))).toMatchObject({ state: 'refused' });
  });

  test('says so when neither the new release nor the old one is healthy', () => {
    const stuck = stateOf({ active: 'a1', activation: { phase: 'stuck', release: 'a1', told: true, failed: 'b2' } });
    expect(reportedProperties(stuck)).toMatchObject({
      activation: { state: 'stuck', failed: 'b2' },
      hint: expect.stringContaining('nothing more is tried') as string,
    });
  });

  test('says what of the saved state is not known, where DeepStream needs nothing', () => {
    const finding = {
      severity: 'warning',
      code: 'STATE_PART_UNREADABLE',
      at: { file: 'state.json', path: ['spec'] },
      message: 'is nothing that this version knows',
    } as const;
    const releases = { ...initialState.releases, stateFindings: [finding] };
    expect(reportedProperties({ ...initialState, releases })).toMatchObject({
      hint: expect.stringContaining('state.json: spec: warning: is nothing that this version knows') as string,
    });
    const hinting = { ...releases, hint: 'the supervisor was stopped' };
    expect(reportedProperties({ ...initialState, releases: hinting })).toMatchObject({ hint: hinting.hint });
  });

  test('says until when a release waits', () => {
    const wanted = { id: 'b2', config: undefined, preparation: { state: 'waiting', untilMs: 0 } } as const;
    expect(reportedProperties(stateOf({}, { wanted }))).toMatchObject({
      release: { state: 'waiting', until: '1970-01-01T00:00:00.000Z' },
    });
  });
});

test('a version that went back is reported with where it was', () => {
  const state: ModuleState = { ...initialState, desiredVersion: 2, wentBackFrom: 7 };
  expect(reportedProperties(state)).toMatchObject({ desiredVersion: 2, versionWentBack: { from: 7 } });
  expect(reportedProperties({ ...state, wentBackFrom: undefined })).not.toHaveProperty('versionWentBack');
});
