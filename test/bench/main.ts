import type { Benchmark } from './benchmark.ts';
import { fetchBenchmarks } from './artifacts/fetch-benchmark.ts';
import { unchangedTwinBenchmarks } from './artifacts/unchanged-twin.ts';
import { deepstreamBenchmarks } from './deepstream/benchmarks.ts';
import { filterBenchmarks } from './filter/index.ts';
import { systemBenchmarks } from './system/system-benchmarks.ts';

const benchmarks: readonly Benchmark[] = [
  ...systemBenchmarks,
  ...fetchBenchmarks,
  ...unchangedTwinBenchmarks,
  ...deepstreamBenchmarks,
  ...filterBenchmarks,
];

/** `npm run bench [-- NAME…]`: one JSON line for each figure, on standard output; what goes wrong goes to standard error. */
const wanted = process.argv.slice(2);
const selected = benchmarks.filter(
  ({ name }) => wanted.length === 0 || wanted.some((prefix) => name.startsWith(prefix)),
);
if (selected.length === 0) {
  process.stderr.write(
    `no benchmark starts with ${wanted.join(' or ')}; there are: ${benchmarks.map(({ name }) => name).join(', ')}\n`,
  );
  process.exitCode = 2;
}
for (const benchmark of selected) {
  try {
    for (const measurement of await benchmark.run()) process.stdout.write(`${JSON.stringify(measurement)}\n`);
  } catch (error) {
    process.stderr.write(
      `${benchmark.name}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}\n`,
    );
    process.exitCode = 1;
  }
}
