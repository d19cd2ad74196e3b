import { messageOf } from '@picket/sdk';
import { decodeSnapshot } from '../../host/process/snapshot.ts';
import type { SavedTold } from './told-containers.ts';

/** From where an instance can be made again: its calls since then lead to where it is. */
export interface InstanceBase {
  /** All of it; undefined to begin with `init`. */
  readonly snapshot: Uint8Array | undefined;
  /** Its state store alone, for one that begins. */
  readonly state: Uint8Array | undefined;
  /** What it had been told of. */
  readonly told: SavedTold;
  /** Whether `init` has been answered once: what it says again is not told again. */
  readonly isTold: boolean;
}

export const freshBase = (state?: Uint8Array): InstanceBase => ({
  snapshot: undefined,
  state,
  told: [],
  isTold: false,
});

/**
 * The state store in a base, for an instance that begins anew.
 * @param hash of the module that the snapshot was made of
 * @param onProblem told when it can not be read: the store is empty then
 */
export function stateOf(base: InstanceBase, hash: string, onProblem: (why: string) => void): Uint8Array | undefined {
  if (!base.snapshot) return base.state;
  try {
    return decodeSnapshot(base.snapshot, hash).state;
  } catch (error) {
    onProblem(messageOf(error));
    return undefined;
  }
}
