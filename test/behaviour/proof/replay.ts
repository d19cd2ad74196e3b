import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { CaptureError, EventCursor } from '@picket/sdk';
import { unpackBatch } from '../../../control-plane/src/bus/unpack.ts';
import { NodeState } from '../../../control-plane/src/detection/state/node-state.ts';
import type { Batch } from '../../../control-plane/src/types.ts';
import { readCapture } from '../../../sdk/cli/src/capture/capture-file.ts';

/** Looks at the batches of a recording, with the state of their node as it is at each record. */
export interface Watcher {
  begin(batch: Batch, state: NodeState): void;
  apply(cursor: EventCursor, state: NodeState): void;
  end(batch: Batch, state: NodeState): void;
}

/** The pieces of a recording in their order. */
export const piecesOf = (folder: string): string[] =>
  readdirSync(folder)
    .filter((name) => name.endsWith('.pkcap'))
    .sort()
    .map((name) => join(folder, name));

/** Batches of a recording. One that is being written, or was cut off, is read as far as it goes. */
export async function* batchesOf(folder: string): AsyncGenerator<Batch, void, undefined> {
  let sequence = 0;
  for (const piece of piecesOf(folder)) {
    try {
      for await (const { subject, batch } of readCapture(piece)) yield unpackBatch(batch, subject, ++sequence);
    } catch (error) {
      if (!(error instanceof CaptureError && error.code === 'CAPTURE_TRUNCATED')) throw error;
    }
  }
}

/** Plays a recording to a watcher as detection would see it: the state of the node first. */
export async function replay(folder: string, watcher: Watcher): Promise<void> {
  const states = new Map<string, NodeState>();
  const cursor = new EventCursor();
  for await (const batch of batchesOf(folder)) {
    const state = states.get(batch.header.node) ?? new NodeState(batch.header.node);
    states.set(batch.header.node, state);
    state.begin(batch.header);
    watcher.begin(batch, state);
    cursor.open(batch.records);
    while (cursor.next()) {
      state.apply(cursor);
      watcher.apply(cursor, state);
    }
    watcher.end(batch, state);
  }
}
