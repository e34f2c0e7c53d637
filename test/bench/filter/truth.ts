import { noises } from '../../occupancy/camera.ts';
import { createOurs, createPolygonTest } from '../../occupancy/contender.ts';
import { play, type Score } from '../../occupancy/score.ts';
import { measurement, type Benchmark, type Measurement } from '../benchmark.ts';

/** Twelve places: two hours are a spot-day. `BENCH_SPOT_DAYS` asks for more. */
const spotDays = Number(process.env['BENCH_SPOT_DAYS'] ?? 6);

/** Three frames a second, and one: what nvmsgconv's usual interval of 30 frames leaves of a camera. */
const frameIntervalsMs = [333, 1_000];

/** What comes out of scenes whose truth is known, against what people write first. */
export const truthBenchmark: Benchmark = {
  name: 'filter truth',
  run() {
    const scenes = frameIntervalsMs.flatMap((frameMs) => noises.map((noise) => ({ noise, frameMs })));
    const measurements = scenes.flatMap(({ noise, frameMs }) => {
      const scene = { seed: 11, durationMs: spotDays * 7_200_000, frameMs };
      const ours = play(createOurs(), noise, scene);
      const name = `filter truth, ${noise.name} noise, a frame every ${frameMs} ms`;
      return [createPolygonTest('polygon per frame', 1), createPolygonTest('3 in, out at once', 3)].flatMap((other) =>
        compare(`${name}, against ${other.name}`, ours, play(other, noise, scene)),
      );
    });
    return Promise.resolve(measurements);
  },
};

function compare(name: string, ours: Score, other: Score): readonly Measurement[] {
  return [
    measurement(`${name}: precision`, 'share', ours.precision, other.precision),
    measurement(`${name}: recall`, 'share', ours.recall, other.recall),
    measurement(`${name}: F1`, 'share', ours.f1, other.f1),
    measurement(`${name}: false transitions`, 'per spot-day', ours.falsePerSpotDay, other.falsePerSpotDay),
    measurement(`${name}: median delay`, 'ms', ours.medianDelayMs, other.medianDelayMs),
  ];
}
