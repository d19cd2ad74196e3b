import { EventCursor } from '@picket/sdk';
import type { Batch } from '../../../types.ts';
import type { NodeState } from '../../state/node-state.ts';
import type { CauseBatch } from '../detector-finding.ts';
import { ContainerEntries, type ContainerEntry } from './container-entry.ts';
import { CopyRoom } from './copy-room.ts';
import type { Part } from './part.ts';
import type { PickedRecords } from './picked-records.ts';
import { ProcessEntries } from './process-entries.ts';
import { SeenSlots } from './seen-slots.ts';
import type { SelectionPlan } from './selection-plan.ts';

/** `shared`: parts of a selection lie in common pieces of memory. `own`: each has its own, which can be given back at once. */
export type PartMemory = 'shared' | 'own';

/** Copies out of batches what detectors want. One for a partition: what it knows of containers lasts over batches. */
export class PartMaker {
  readonly #containers = new ContainerEntries();
  readonly #processes = new ProcessEntries();
  readonly #slots = new SeenSlots();
  readonly #cursor = new EventCursor();
  readonly #memory: PartMemory;
  /** By number of the selection. */
  #rooms: (CopyRoom | undefined)[] = [];
  #plan: SelectionPlan | undefined;

  constructor(memory: PartMemory) {
    this.#memory = memory;
  }

  /**
   * @param state with the batch applied
   * @returns by number of the selection; undefined where there is nothing for it
   */
  make(plan: SelectionPlan, batch: Batch, state: NodeState): readonly (Part | undefined)[] | undefined {
    // also when nobody wants the batch: what containers it tells of must not be missed
    this.#containers.begin(state.containers.told);
    const picked = plan.pick(batch, state);
    if (!picked) return undefined;
    this.#take(plan);
    const cause = causeOf(batch);
    const cursor = this.#cursor.open(batch.records);
    return picked.map((records, i) => {
      if (records.count === 0) return undefined;
      return {
        batch: cause,
        records: records.copy(cursor.bytes, this.#rooms[i]),
        count: records.count,
        indexes: records.indexes(),
        containers: this.#containersOf(records, cursor, state),
        processes: plan.selections[i]?.context ? this.#processes.of(records, cursor, state) : [],
      };
    });
  }

  #take(plan: SelectionPlan): void {
    if (this.#plan === plan) return;
    this.#plan = plan;
    this.#rooms = plan.selections.map(() => (this.#memory === 'shared' ? new CopyRoom() : undefined));
  }

  #containersOf(records: PickedRecords, cursor: EventCursor, state: NodeState): ContainerEntry[] {
    const found = new Set<ContainerEntry>();
    this.#slots.begin();
    for (let i = 0; i < records.count; i++) {
      records.seek(cursor, i);
      if (cursor.slot !== 0 && !this.#slots.isNew(cursor.slot, cursor.generation)) continue;
      const container = state.containerOf(cursor);
      if (container) found.add(this.#containers.of(container));
    }
    return [...found];
  }
}

/** The batch without its records. */
export const causeOf = ({ header, partition, token, streamSequence }: Batch): CauseBatch => ({
  header,
  partition,
  token,
  streamSequence,
});
