import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    globalSetup: ['test/programs/compile.ts'],
    include: ['packages/**/*.test.ts', 'modules/**/*.test.ts', 'test/**/*.test.ts'],
    // These are in vitest.long.config.ts.
    exclude: [
      '**/node_modules/**',
      'test/{containers,images,debugging,docs,upgrade,story}/**',
      'test/chaos/chaos.test.ts',
      'test/range/kill.test.ts',
      'test/structure/arrows.test.ts',
      'test/system/{start-errors,zones-file}.test.ts',
    ],
    // Most tests wait for processes, sockets and disks: more of them than cores keep the cores busy.
    maxWorkers: 3,
    // Loading the same modules for each of 150 files would be a third of the work; nothing keeps state in a module.
    isolate: false,
    testTimeout: 20_000,
    hookTimeout: 20_000,
  },
});
