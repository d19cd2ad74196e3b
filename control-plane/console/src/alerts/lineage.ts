import type { Alert, ProcessRef } from '@picket/sdk';

/** One line of the process tree. */
export interface LineageNode {
  readonly process: ProcessRef;
  /** 0 for the oldest ancestor. */
  readonly depth: number;
  /** True for the process that caused the alert. */
  readonly self: boolean;
  /** ns between the start of the process and the causing event, when both are known. */
  readonly age: bigint | undefined;
}

type AlertProcess = NonNullable<Alert['process']>;

/**
 * The ancestors and the process itself, the oldest first. Alerts list the parent first; a producer that lists the
 * oldest first is recognised by the start times, because a parent never starts after its child.
 * @param eventTime CLOCK_BOOTTIME of the causing event in ns as decimal text, as the event carries it
 */
export function lineage(process: AlertProcess, eventTime?: unknown): LineageNode[] {
  const { ancestors, ...self } = process;
  const ordered = isOldestFirst(ancestors) ? ancestors : ancestors.toReversed();
  const at = nanoseconds(eventTime);
  return [...ordered, self].map((entry, depth) => ({
    process: entry,
    depth,
    self: depth === ordered.length,
    age: ageAt(entry, at),
  }));
}

function isOldestFirst(ancestors: readonly ProcessRef[]): boolean {
  const starts = ancestors.map((entry) => nanoseconds(entry.start)).filter((start) => start !== undefined);
  const [first, last] = [starts[0], starts.at(-1)];
  return first !== undefined && last !== undefined && first < last;
}

/** Decimal text as ns; 0 and anything else is not known. */
function nanoseconds(value: unknown): bigint | undefined {
  const decimal = typeof value === 'string' || typeof value === 'number' ? String(value) : '';
  const ns = /^\d{1,20}$/.test(decimal) ? BigInt(decimal) : 0n;
  return ns > 0n ? ns : undefined;
}

function ageAt(process: ProcessRef, at: bigint | undefined): bigint | undefined {
  const start = nanoseconds(process.start);
  return at !== undefined && start !== undefined && start <= at ? at - start : undefined;
}
