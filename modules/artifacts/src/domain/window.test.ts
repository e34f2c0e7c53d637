import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { isWindowOpen, msUntilWindow, parseWindow, type Window } from './window.ts';

function windowOf(text: string): Window {
  const window = parseWindow(text);
  if (typeof window === 'string') throw new Error(window);
  return window;
}
const at = (iso: string): number => Date.parse(iso);
const minute = 60_000;
const day = 1440 * minute;

describe('a window', () => {
  test.each([
    ['02:00-04:00', 'Europe/Berlin', '2026-07-01T00:00:00Z', '2026-07-01T02:00:00Z'],
    ['02:00-04:00', 'Europe/Berlin', '2026-01-15T01:00:00Z', '2026-01-15T03:00:00Z'],
    ['22:30-01:15', 'America/New_York', '2026-01-16T03:30:00Z', '2026-01-16T06:15:00Z'],
    ['00:00-24:00', 'UTC', '2026-01-15T00:00:00Z', undefined],
  ])('%s %s opens and closes by the clock on the wall', (span, zone, opens, closes) => {
    if (span === '00:00-24:00') {
      expect(parseWindow(`${span} ${zone}`)).toContain('same time');
      return;
    }
    const window = windowOf(`${span} ${zone}`);
    expect(isWindowOpen(window, at(opens) - 1)).toBe(false);
    expect(isWindowOpen(window, at(opens))).toBe(true);
    expect(isWindowOpen(window, at(closes ?? opens) - 1)).toBe(true);
    expect(isWindowOpen(window, at(closes ?? opens))).toBe(false);
  });

  test('is UTC where it names no zone', () => {
    expect(windowOf('02:00-04:00').zone).toBe('UTC');
  });

  test.each([
    ['2:00-04:00', 'read like'],
    ['02:00 - 04:00', 'read like'],
    ['24:00-04:00', 'read like'],
    ['02:00-24:30', '24:00'],
    ['02:00-02:00', 'same time'],
    ['02:00-04:00 Europe/Bielefeld', 'time zone'],
  ])('%s is refused', (text, reason) => {
    expect(parseWindow(text)).toContain(reason);
  });

  test('comes twice when the clocks are set back, and ends an hour early when they are set forward', () => {
    const window = windowOf('02:00-04:00 Europe/Berlin');
    expect(openMinutes(window, at('2026-10-24T22:00:00Z'), at('2026-10-25T22:00:00Z'))).toBe(180);
    expect(openMinutes(window, at('2026-03-28T23:00:00Z'), at('2026-03-29T21:00:00Z'))).toBe(60);
  });

  test('inside the hour that the clocks skip opens on the next day', () => {
    const window = windowOf('02:15-02:45 Europe/Berlin');
    expect(msUntilWindow(window, at('2026-03-29T00:00:00Z'))).toBe(
      at('2026-03-30T00:15:00Z') - at('2026-03-29T00:00:00Z'),
    );
  });

  const windows = fc
    .record({
      fromMinute: fc.integer({ min: 0, max: 1439 }),
      toMinute: fc.integer({ min: 0, max: 1440 }),
      zone: fc.constantFrom(
        'UTC',
        'Europe/Berlin',
        'America/New_York',
        'Australia/Lord_Howe',
        'Asia/Kathmandu',
        'Pacific/Apia',
      ),
    })
    .filter(({ fromMinute, toMinute }) => fromMinute !== toMinute % 1440);
  const moments = fc.integer({ min: at('2025-01-01T00:00:00Z'), max: at('2027-12-31T00:00:00Z') });

  test('is open after the time it says to wait, and closed just before', () => {
    fc.assert(
      fc.property(windows, moments, (window, nowMs) => {
        const waitMs = msUntilWindow(window, nowMs);
        expect(isWindowOpen(window, nowMs + waitMs)).toBe(true);
        if (waitMs > 0) expect(isWindowOpen(window, nowMs + waitMs - 1)).toBe(false);
        expect(waitMs).toBeLessThanOrEqual(2 * day);
      }),
    );
  });

  test('is never open between now and the moment it says it opens', () => {
    fc.assert(
      fc.property(windows, moments, fc.nat({ max: 100 }), (window, nowMs, percent) => {
        const waitMs = msUntilWindow(window, nowMs);
        if (waitMs > 0) expect(isWindowOpen(window, nowMs + (waitMs - 1) * (percent / 100))).toBe(false);
      }),
    );
  });
});

function openMinutes(window: Window, fromMs: number, toMs: number): number {
  let open = 0;
  for (let ms = fromMs; ms < toMs; ms += minute) if (isWindowOpen(window, ms)) open++;
  return open;
}
