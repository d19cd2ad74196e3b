import { Header } from '@picket/sdk';
import type { EventPosition, FieldValues, Finding } from '../../../types.ts';
import type { Kept } from './key-table.ts';

const BYTES = 300;
const BYTES_PER_RUN = 300;
const BYTES_PER_EVENT = 64;

/** An event that was set aside: all that is needed to look at it again. */
export interface Happening {
  /** A copy of its record. */
  readonly record: Uint8Array;
  /** CLOCK_BOOTTIME in ns. */
  readonly time: number;
  readonly agentEpoch: bigint;
  readonly wallOffset: bigint;
}

/**
 * The event as it may be looked at in a run of the agent. Slots belong to one run: by that of an earlier run another
 * container would be found, so its own is found by its cgroup or not at all.
 */
export function inRun(happening: Happening, agentEpoch: bigint): Happening {
  if (happening.agentEpoch === agentEpoch) return happening;
  const record = new Uint8Array(happening.record);
  for (const at of [Header.slot, Header.generation]) record.fill(0, at, at + 2);
  return { ...happening, record };
}

/** A sequence on its way: the conditions up to a step were met. */
export interface Run {
  /** Time of its first and of its newest event. */
  readonly start: number;
  readonly newest: number;
  /** Of the first event, ns since 1970. */
  readonly since: bigint;
  readonly events: readonly EventPosition[];
  /** Values that the output names by steps. */
  readonly fields: FieldValues;
  /** What is found when the `not` at the end does not come in time. */
  readonly closing: { readonly finding: Finding; readonly happening: Happening } | undefined;
}

export interface SequenceState {
  readonly key: string;
  readonly owner: string;
  readonly used: number;
  readonly runs: readonly (Run | undefined)[];
}

/**
 * The sequences on their way for one value of a `by`: one for each step that was met last. The newest stands for all at
 * its step, because whatever completes an older one in time completes it too.
 */
export class SequenceEntry implements Kept {
  readonly key: string;
  readonly owner: string;
  used: number;
  bytes: number;
  readonly runs: (Run | undefined)[] = [];

  constructor({ key, owner, used }: Pick<SequenceState, 'key' | 'owner' | 'used'>) {
    this.key = key;
    this.owner = owner;
    this.used = used;
    this.bytes = this.size();
  }

  get isEmpty(): boolean {
    return this.runs.every((run) => run === undefined);
  }

  size(): number {
    let bytes = BYTES + 4 * this.key.length;
    for (const run of this.runs) if (run) bytes += sizeOf(run);
    return bytes;
  }

  save(): SequenceState {
    return { key: this.key, owner: this.owner, used: this.used, runs: [...this.runs] };
  }

  static restore(state: SequenceState): SequenceEntry {
    const entry = new SequenceEntry(state);
    state.runs.forEach((run, step) => {
      entry.runs[step] = run;
    });
    entry.bytes = entry.size();
    return entry;
  }
}

function sizeOf({ events, fields, closing }: Run): number {
  let bytes = BYTES_PER_RUN + events.length * BYTES_PER_EVENT;
  for (const value of Object.values(fields)) bytes += 32 + 2 * String(value).length;
  if (closing) bytes += closing.happening.record.length + 2 * closing.finding.output.length + BYTES_PER_RUN;
  return bytes;
}
