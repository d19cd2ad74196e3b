import type { Reporter, TestModule } from 'vitest/node';

/** Counts of a whole run. */
export interface Counts {
  passed: number;
  failed: number;
  skipped: number;
}

/** The line that says in plain words how the run ended; a file that could not be run counts as one failure. */
export const closingLine = ({ passed, failed, skipped }: Counts) =>
  `Tests: ${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`;

/** Prints the closing line after every other reporter, so that people and scripts find it at the end. */
export default class ClosingLineReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]): void {
    const counts: Counts = { passed: 0, failed: unhandledErrors.length, skipped: 0 };
    for (const module of modules) {
      if (module.state() === 'failed' && module.errors().length > 0) counts.failed++;
      for (const test of module.children.allTests()) {
        const { state } = test.result();
        if (state !== 'pending') counts[state]++;
      }
    }
    process.stdout.write(`${closingLine(counts)}\n`);
  }
}
