import type { DetectorLogLine, DetectorLogs } from '@picket/sdk/client';

/** What was read of a log. */
export interface LogRead {
  /** The newest first. */
  readonly lines: readonly (DetectorLogLine & { readonly key: number })[];
  /** Where the next reading begins. */
  readonly next: string | undefined;
  /** Lines that were gone before they could be read. */
  readonly missed: number;
}

export const NOTHING_READ: LogRead = { lines: [], next: undefined, missed: 0 };

/** Lines that a page holds. */
const MAX_LINES = 1000;

/** Puts an answer on top of what was read before. */
export function addLines(read: LogRead, answer: DetectorLogs): LogRead {
  // Numbers begin anew with the server: they name no line of the page.
  const first = (read.lines[0]?.key ?? 0) + 1;
  const fresh = answer.items.map((line, i) => ({ ...line, key: first + i })).reverse();
  return {
    lines: [...fresh, ...read.lines].slice(0, MAX_LINES),
    next: answer.next,
    missed: read.missed + answer.missed,
  };
}
