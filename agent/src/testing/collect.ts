import { createLog, describeRecord, EventCursor } from '@picket/sdk';

export type Described = Record<string, unknown>;

/** All records of a run of bytes by field name. Throws when they can not be walked to the end. */
export function describeAll(records: Uint8Array): Described[] {
  const cursor = new EventCursor().open(records);
  const all: Described[] = [];
  while (cursor.next()) all.push(describeRecord(cursor));
  if (cursor.malformed) throw new Error('the records can not be walked');
  return all;
}

/** A sink that keeps what it is given, described. */
export class CollectingSink {
  readonly records: Described[] = [];
  append(record: Uint8Array): void {
    this.records.push(...describeAll(record));
  }
  of(kind: string): Described[] {
    return this.records.filter((record) => record.kind === kind);
  }
}

/** A log that keeps its lines. */
export function collectingLog() {
  const lines: string[] = [];
  return { lines, log: createLog('debug', (line) => void lines.push(line)) };
}

/** Waits until `test` answers with something other than undefined or false. */
export async function until<T>(test: () => T | undefined | false, what: string, ms = 10_000): Promise<T> {
  const end = performance.now() + ms;
  while (performance.now() < end) {
    const value = test();
    if (value !== undefined && value !== false) return value;
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
  throw new Error(`waited ${ms} ms for ${what}`);
}
