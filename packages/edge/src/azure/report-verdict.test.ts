import { describe, expect, test } from 'vitest';
import type { JsonObject } from '@companion/foundation';
import { reportVerified } from './report-verdict.ts';

function channel(status: number | undefined, reported: JsonObject = {}) {
  let reads = 0;
  return {
    reads: () => reads,
    patchReported: () => Promise.resolve(status),
    getTwin: () => {
      reads += 1;
      return Promise.resolve({ reported });
    },
  };
}

describe('a report', () => {
  test('is done where the hub says so, without reading the twin', async () => {
    const hub = channel(204);
    await reportVerified(hub, { a: 1 });
    expect(hub.reads()).toBe(0);
  });

  test.each([400, 403, 413])('is rejected by %d', async (status) => {
    await expect(reportVerified(channel(status), { a: 1 })).rejects.toMatchObject({
      code: 'REPORT_REJECTED',
      retryable: false,
      facts: { status },
    });
  });

  test.each([429, 500, 503])('may be tried again after %d', async (status) => {
    await expect(reportVerified(channel(status), { a: 1 })).rejects.toMatchObject({ retryable: true });
  });

  test('whose status can not be told is compared with what the hub holds', async () => {
    await reportVerified(channel(undefined, { a: 1, b: { c: 2 } }), { a: 1, b: { c: 2, gone: null } });
    await expect(reportVerified(channel(undefined, { a: 2 }), { a: 1 })).rejects.toMatchObject({
      code: 'REPORT_REJECTED',
    });
    await expect(reportVerified(channel(undefined, { a: 2 }), { a: null })).rejects.toMatchObject({
      code: 'REPORT_REJECTED',
    });
  });
});
