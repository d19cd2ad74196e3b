import { defineConfig } from 'vitest/config';

const LEFT_OUT = ['**/node_modules/**', '**/dist/**', '**/build/**'];
/** Stories start many processes and load probes into the one kernel there is. */
const STORIES = ['test/{e2e,attacks,runtimes,chaos,load,browser}/**/*.test.ts', 'scripts/{start,demo}.test.ts'];
/** Minutes: `npm run slow` runs them and not `npm test`. */
const SLOW = ['test/{hostile,slow}/**/*.test.ts'];

export default defineConfig({
  test: {
    reporters: ['default', './scripts/test/closing-line.ts'],
    projects: [
      {
        test: {
          name: 'unit',
          include: ['**/*.test.{ts,tsx}'],
          exclude: [...LEFT_OUT, ...STORIES, ...SLOW],
          testTimeout: 30_000,
          hookTimeout: 60_000,
          sequence: { groupOrder: 0 },
        },
      },
      {
        test: {
          name: 'stories',
          include: STORIES,
          exclude: LEFT_OUT,
          // One at a time, after the unit tests: they measure and share the kernel.
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
      {
        test: {
          name: 'slow',
          include: SLOW,
          exclude: LEFT_OUT,
          fileParallelism: false,
          testTimeout: 180_000,
          hookTimeout: 180_000,
          sequence: { groupOrder: 1 },
        },
      },
    ],
  },
});
