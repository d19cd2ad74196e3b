import { BatchError, EventCursor } from '@picket/sdk';
import type { Batch } from '../../../types.ts';
import { NodeState } from '../../state/node-state.ts';

/** Sees one record. The state of its node has applied it. @returns true to end the walk */
export type Visit = (cursor: EventCursor, state: NodeState, batch: Batch) => boolean;

/**
 * Goes through the records of batches with the process tree and the containers of their nodes as detection has them.
 * @throws BatchError BATCH_CORRUPT at a record that can not be walked
 */
export async function walkEvents(batches: AsyncIterable<Batch> | Iterable<Batch>, visit: Visit): Promise<void> {
  const states = new Map<string, NodeState>();
  const cursor = new EventCursor();
  for await (const batch of batches) {
    const { node } = batch.header;
    const state = states.get(node) ?? new NodeState(node);
    states.set(node, state);
    state.begin(batch.header);
    cursor.open(batch.records);
    while (cursor.next()) {
      state.apply(cursor);
      if (visit(cursor, state, batch)) return;
    }
    if (cursor.malformed) throw new BatchError('BATCH_CORRUPT', `a batch of ${node} ends in the middle of a record`);
  }
}
