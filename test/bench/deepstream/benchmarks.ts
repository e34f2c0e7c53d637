import type { Benchmark } from '../benchmark.ts';
import { keyFile } from './key-file-benchmark.ts';
import { fullMessages, minimalMessages, protobufMessages } from './message-benchmark.ts';

/** What packages/deepstream is measured by. */
export const deepstreamBenchmarks: readonly Benchmark[] = [fullMessages, minimalMessages, protobufMessages, keyFile];
