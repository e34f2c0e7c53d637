import { firstColumn } from '@companion/foundation/testing';
import { expect, test } from 'vitest';
import { nothingDesired } from '../config/desired-state.ts';
import { createMethods } from './methods.ts';
import { reportedProperties } from './report.ts';

const none = { event: 0, snapshot: 0 };
const page = new URL('../../../../docs/reference/filter-twin.md', import.meta.url);

test('the reference has a row for everything that the twin reports', async () => {
  const reported = reportedProperties(
    { ...nothingDesired, wentBackFrom: 7 },
    {
      spots: { occupied: 1, empty: 2, unknown: 0, spots: 3 },
      messages: { received: 5, parsed: 5, failed: 0 },
      events: 2,
      sensors: [],
      outbox: { depth: 0, durable: true, dropped: none, setAside: none, lastSetAside: undefined, lostRecords: 0 },
    },
  );
  expect(new Set(await firstColumn(page, 'Reported properties'))).toEqual(new Set(Object.keys(reported)));
});

test('the reference has a row for every direct method', async () => {
  const methods = createMethods({ stats: () => ({}), snapshot: () => 0, reset: () => [] });
  expect(await firstColumn(page, 'Direct methods')).toEqual(expect.arrayContaining(Object.keys(methods)));
});
