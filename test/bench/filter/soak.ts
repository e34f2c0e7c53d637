import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { measurement, type Benchmark } from '../benchmark.ts';
import { createTraffic, frameMs, makePipeline, sensors } from './traffic.ts';

/** `FILTER_SOAK` asks for more frames, each of which is a message; ten million take minutes. */
const frameCount = Number(process.env['FILTER_SOAK'] ?? 200_000);
/** Where the resident memory is told, in frames. */
const markFrames = [1_000_000, 2_000_000, 5_000_000, 10_000_000];
/** By then every buffer and every track list has its full size. */
const warmUp = 40_000;

/** Heap in use and resident memory after many frames of moving traffic with ever new ids, against the heap after the first of them. */
export const soakBenchmark: Benchmark = {
  name: 'filter soak',
  run() {
    const collect = exposeGc();
    const pipeline = makePipeline({ tracked: true });
    const traffic = createTraffic();
    let events = 0;
    let n = 0;
    const feed = (frames: number): void => {
      for (; n < frames / sensors; n++) {
        for (const frame of traffic.frames(n)) {
          const { timeMs } = frame;
          events += pipeline.step({ type: 'frame', frame, receivedMs: timeMs }).length;
          if (n % 30 === 0) events += pipeline.step({ type: 'tick', nowMs: timeMs + frameMs }).length;
        }
      }
    };
    const memoryMb = (kind: 'heapUsed' | 'rss'): number => {
      collect();
      return process.memoryUsage()[kind] / 1_048_576;
    };
    feed(warmUp);
    const [before, rssBefore] = [memoryMb('heapUsed'), memoryMb('rss')];
    const marks = markFrames
      .filter((frames) => frames <= frameCount)
      .map((frames) => {
        feed(warmUp + frames);
        return measurement(`filter soak, ${frames} frames, resident`, 'MiB', memoryMb('rss'), rssBefore);
      });
    feed(warmUp + frameCount);
    const after = memoryMb('heapUsed');
    if (events === 0) throw new Error('nothing happened');
    const stateBytes = JSON.stringify(pipeline.state()).length;
    return Promise.resolve([
      ...marks,
      measurement(`filter soak, ${frameCount} frames, heap in use`, 'MiB', after, before),
      measurement(`filter soak, ${frameCount} frames, checkpoint against 1 MiB`, 'bytes', stateBytes, 1_048_576),
    ]);
  },
};

/** The heap is only what it is after a collection; node has none to call unless asked. */
function exposeGc(): () => void {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc') as () => void;
}
