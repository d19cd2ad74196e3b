import type { Priority } from '@picket/sdk';

/** What a detector has found in a run, in the words of its tests. */
export interface RunFinding {
  readonly title: string;
  /** As an alert would have it: no more than the manifest allows. */
  readonly severity: Priority;
  readonly message: string;
  readonly group: string;
  readonly fields: Readonly<Record<string, string>>;
  /** Name of the container; undefined for none. */
  readonly container: string | undefined;
  /** Kind of the event that caused it; undefined for none. */
  readonly event: string | undefined;
  /** Sequence of that event on its node; undefined for none. */
  readonly sequence: bigint | undefined;
  readonly node: string;
  /** When that was, ns since 1970: the event, or the watermark. */
  readonly time: bigint;
}
