import { defineConfig } from 'vitest/config';

/** What `npm run fuzz` runs: files with properties, with the seed that it gives. */
export default defineConfig({
  test: {
    globalSetup: ['test/programs/compile.ts'],
    include: ['{packages,modules,test}/**/*.test.ts'],
    setupFiles: ['test/fuzz/new-seed.ts'],
    maxWorkers: 2,
    testTimeout: 120_000,
    hookTimeout: 60_000,
  },
});
