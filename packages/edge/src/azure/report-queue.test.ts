import { describe, expect, test } from 'vitest';
import type { JsonObject } from '@companion/foundation';
import { systemClock } from '@companion/foundation/node';
import { EdgeError } from '../hub/edge-error.ts';
import { ReportQueue, type ReportTarget } from './report-queue.ts';

const backoff = { baseMs: 1, capMs: 2, random: () => 0 };

function build() {
  const results: string[] = [];
  const reportQueue = new ReportQueue({
    clock: systemClock,
    backoff,
    metrics: { report: (result) => results.push(result) },
  });
  return { reportQueue, results };
}

/** Answers the n-th patch with the n-th outcome. */
function target(...outcomes: (EdgeError | undefined)[]): ReportTarget & { readonly patches: JsonObject[] } {
  const patches: JsonObject[] = [];
  return {
    patches,
    report(patch) {
      const outcome = outcomes[patches.length];
      patches.push(patch);
      return outcome === undefined ? Promise.resolve() : Promise.reject(outcome);
    },
  };
}

describe('reports', () => {
  test('that came while one was under way go as one', async () => {
    const { reportQueue } = build();
    const hub = target();
    reportQueue.attach(hub);
    await Promise.all([reportQueue.report({ a: 1 }), reportQueue.report({ a: 2 }), reportQueue.report({ b: 3 })]);
    expect(hub.patches).toEqual([{ a: 1 }, { a: 2, b: 3 }]);
    expect(reportQueue.held).toEqual({ a: 2, b: 3 });
  });

  test('that no single patch can say stay two, in order', async () => {
    const { reportQueue } = build();
    reportQueue.observed({ zone: { old: true } });
    const reports = [reportQueue.report({ zone: null }), reportQueue.report({ zone: { fresh: true } })];
    const hub = target();
    reportQueue.attach(hub);
    await Promise.all(reports);
    expect(hub.patches).toEqual([{ zone: null }, { zone: { fresh: true } }]);
    expect(reportQueue.held).toEqual({ zone: { fresh: true } });
  });

  test('under way when the connection ends go over the next one, with what came meanwhile', async () => {
    const { reportQueue, results } = build();
    const lost = new EdgeError('CONNECTION_LOST', 'gone', { retryable: true });
    reportQueue.attach(target(lost));
    const first = reportQueue.report({ a: 1 });
    await reportQueue.idle();
    reportQueue.detach();
    const second = reportQueue.report({ b: 2 });
    const next = target();
    reportQueue.attach(next);
    await Promise.all([first, second]);
    expect(next.patches).toEqual([{ a: 1, b: 2 }]);
    expect(results).toEqual(['retried', 'confirmed']);
  });

  test('that the hub refuses do not hold up the next', async () => {
    const { reportQueue } = build();
    const hub = target(new EdgeError('REPORT_REJECTED', 'no'));
    reportQueue.attach(hub);
    await expect(reportQueue.report({ bad: 1 })).rejects.toMatchObject({ code: 'REPORT_REJECTED' });
    await reportQueue.report({ good: 1 });
    expect(reportQueue.held).toEqual({ good: 1 });
  });

  test('too large for the twin are refused alone, once what the hub holds is known', async () => {
    const { reportQueue } = build();
    const big = Object.fromEntries(Array.from({ length: 6 }, (_, index) => [`k${index}`, 'x'.repeat(4000)]));
    reportQueue.observed({ big });
    const fine = reportQueue.report({ fine: 1 });
    await expect(reportQueue.report({ more: big })).rejects.toMatchObject({ code: 'TWIN_TOO_LARGE' });
    reportQueue.attach(target());
    await fine;
  });

  test('that wait at the end are rejected', async () => {
    const { reportQueue } = build();
    const waits = expect(reportQueue.report({ a: 1 })).rejects.toMatchObject({ code: 'STOPPED' });
    reportQueue.stop();
    await waits;
    await expect(reportQueue.report({ b: 1 })).rejects.toMatchObject({ code: 'STOPPED' });
  });
});
