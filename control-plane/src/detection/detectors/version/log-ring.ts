import type { DetectorLogLine } from '../runtime-contract.ts';

const LEVELS = ['debug', 'info', 'warn', 'error'] as const;
const KEPT = 1000;

/** The newest lines that a version has logged. */
export class LogRing {
  readonly #lines: DetectorLogLine[] = [];
  #number = 0;

  /** @param level 0 debug to 3 error */
  add(level: number, message: string, partition: number, time: number): void {
    this.#lines.push({ number: ++this.#number, time, level: LEVELS[level] ?? 'error', message, partition });
    // in one go now and then: taking off the first line of many is slow
    if (this.#lines.length >= 2 * KEPT) this.#lines.splice(0, this.#lines.length - KEPT);
  }

  /** Oldest first, those with a higher number than `after`. */
  lines(after = 0): DetectorLogLine[] {
    return this.#lines.slice(-KEPT).filter(({ number }) => number > after);
  }
}
