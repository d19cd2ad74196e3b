import { EventCursor } from '@picket/sdk';
import type { Batch } from '../../../types.ts';
import { NodeState } from '../../state/node-state.ts';
import { type ClosedWindow, ContainerWindows } from '../features/container-windows.ts';

/** Takes batches the way a partition does: the state of the node first, then the windows. */
export class WindowReplay {
  readonly states = new Map<string, NodeState>();
  readonly windows: ContainerWindows;
  readonly #cursor = new EventCursor();

  constructor(options: { mostContainers?: number } = {}) {
    this.windows = new ContainerWindows(options);
  }

  /** The windows that are over with a batch. */
  handle(batch: Batch): ClosedWindow[] {
    const { header, records } = batch;
    const state = this.states.get(header.node) ?? new NodeState(header.node);
    this.states.set(header.node, state);
    state.begin(header);
    this.windows.begin(batch, state);
    const cursor = this.#cursor.open(records);
    while (cursor.next()) {
      state.apply(cursor);
      this.windows.apply(cursor, state);
    }
    return this.windows.end(batch);
  }

  /** Another one that goes on where this one is, by way of what a checkpoint holds. */
  restarted(): WindowReplay {
    const other = new WindowReplay();
    for (const [node, state] of this.states) {
      const copy = new NodeState(node);
      copy.restore(state.snapshot());
      other.states.set(node, copy);
    }
    other.windows.restore(this.windows.snapshot(), (node) => other.states.get(node));
    return other;
  }
}
