import type { EventCursor } from '@picket/sdk';
import type { NodeState } from '../../detection/state/node-state.ts';
import type { Batch } from '../../types.ts';

/** Something that looks at the events of one partition while they are replayed, on the same state as others. */
export interface Lane {
  /** Before the events of a batch. */
  begin?(batch: Batch): void;
  /** An event that the filter lets through; the state has applied it. */
  event?(cursor: EventCursor, state: NodeState, batch: Batch): void;
  /** After the events of a batch. @param ordinal number of the batch in its source, from 0 */
  end?(batch: Batch, state: NodeState, ordinal: number): void;
  /** After the last batch of all. */
  finish?(): void;
}
