import { availableParallelism } from 'node:os';
import { defineConfig } from 'vitest/config';
import { ClosingLine } from './test/support/closing-line.js';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    reporters: ['default', new ClosingLine()],
    // All processors: the default leaves one out, which is half of a machine that has two.
    maxWorkers: availableParallelism(),
    // Long, because a machine that is slow has no fault of ours.
    testTimeout: 300_000,
    hookTimeout: 300_000,
    globalSetup: ['test/support/build.ts'],
  },
});
