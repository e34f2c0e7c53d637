import { describe, expect, test } from 'vitest';
import { SensorRates } from './sensor-rates.ts';

const T = Date.UTC(2026, 4, 1, 10);

describe('sensor rates', () => {
  test('count frames, not messages, and tell the lag behind the stamps', () => {
    const rates = new SensorRates();
    for (let ms = 0; ms < 30_000; ms += 100) {
      for (let object = 0; object < 3; object++) {
        rates.frame({ sensor: 'Yard', timeMs: T + ms, receivedMs: T + ms + 250 });
      }
    }
    expect(rates.all(T + 30_000)).toEqual([{ sensor: 'Yard', frames: 300, fps: 10, lagMs: 250 }]);
    expect(rates.stampsMs()).toEqual({ Yard: T + 29_900 });
  });

  test('fall to zero when nothing comes', () => {
    const rates = new SensorRates();
    rates.frame({ sensor: 'Yard', timeMs: T, receivedMs: T });
    rates.all(T + 11_000);
    expect(rates.all(T + 22_000)).toMatchObject([{ fps: 0 }]);
  });

  test('have no lag where a stamp can’t be right', () => {
    const rates = new SensorRates();
    rates.frame({ sensor: 'Yard', timeMs: 0, receivedMs: T });
    rates.frame({ sensor: 'Gate', timeMs: null, receivedMs: T });
    expect(rates.all(T).map(({ lagMs }) => lagMs)).toEqual([null, null]);
    expect(rates.stampsMs()).toEqual({});
  });
});
