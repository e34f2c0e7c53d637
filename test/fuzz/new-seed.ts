import fc from 'fast-check';

/** Gives every property of this process the seed and the number of runs that `npm run fuzz` has set. */
const { FUZZ_SEED: seed, FUZZ_RUNS: numRuns } = process.env;
fc.configureGlobal({
  ...fc.readConfigureGlobal(),
  ...(seed === undefined ? {} : { seed: Number(seed) }),
  ...(numRuns === undefined ? {} : { numRuns: Number(numRuns) }),
});
