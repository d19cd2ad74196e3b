import { ControlPlaneError } from './errors.ts';
import { isRunState, type RunState } from './run-progress.ts';

/** A node of a checkpoint. */
export interface SavedNode {
  readonly node: string;
  readonly runs: readonly RunState[];
}

const isSavedNode = (value: unknown): value is SavedNode =>
  typeof value === 'object' &&
  value !== null &&
  'node' in value &&
  typeof value.node === 'string' &&
  'runs' in value &&
  Array.isArray(value.runs) &&
  value.runs.every(isRunState);

/** @throws ControlPlaneError CHECKPOINT_CORRUPT */
export function parseHead(head: Uint8Array | undefined): SavedNode[] {
  try {
    const list: unknown = JSON.parse(new TextDecoder().decode(head));
    if (Array.isArray(list) && list.every(isSavedNode)) return list;
  } catch (cause) {
    throw corruptHead(cause);
  }
  throw corruptHead();
}

export const corruptHead = (cause?: unknown) =>
  new ControlPlaneError('CHECKPOINT_CORRUPT', 'the checkpoint of the partition does not say which nodes it holds', {
    cause,
  });
