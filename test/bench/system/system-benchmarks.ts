import type { Benchmark } from '../benchmark.ts';
import { floods } from './floods.ts';
import { hubThroughput } from './hub-throughput.ts';
import { timeToRelease } from './time-to-release.ts';

/** What crosses all packages. */
export const systemBenchmarks: readonly Benchmark[] = [hubThroughput, timeToRelease, floods];
