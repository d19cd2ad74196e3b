import { type EventCursor, Kind } from '@picket/sdk';
import type { NodeState } from '../../detection/state/node-state.ts';

/** Applies what records tell of containers, and nothing of processes: a small part of the time of the whole. */
export function applyContainers(state: NodeState, cursor: EventCursor): void {
  switch (cursor.kind) {
    case Kind.ContainerStarted:
    case Kind.ContainerUpdated:
      state.containers.upsert(cursor);
      break;
    case Kind.ContainerStopped:
      state.containers.stop(cursor);
      break;
  }
}
