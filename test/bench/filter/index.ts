import type { Benchmark } from '../benchmark.ts';
import { soakBenchmark } from './soak.ts';
import { speedBenchmark } from './speed.ts';
import { truthBenchmark } from './truth.ts';
import { upstreamBenchmark } from './upstream.ts';

/** How true and how quick the filter is, how little it sends and how little it keeps. */
export const filterBenchmarks: readonly Benchmark[] = [
  speedBenchmark,
  truthBenchmark,
  upstreamBenchmark,
  soakBenchmark,
];
