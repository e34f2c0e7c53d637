import { defineConfig } from 'vitest/config';

/** What takes longer than a change should wait for: containers, a debugger, the commands of docs/, the disks of older versions, storms, the story in all its ways, and every moment of the kill suites. */
export default defineConfig({
  test: {
    globalSetup: ['test/programs/compile.ts'],
    include: [
      'test/{containers,images,debugging,docs,upgrade,story}/**/*.test.ts',
      'test/chaos/chaos.test.ts',
      'test/range/kill.test.ts',
      'test/structure/arrows.test.ts',
      'test/system/{start-errors,zones-file}.test.ts',
      'test/filter-kill/**/*.test.ts',
      'modules/artifacts/src/reconcile/kill.test.ts',
      'packages/simulator/src/agent/docker/**/*.test.ts',
    ],
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
