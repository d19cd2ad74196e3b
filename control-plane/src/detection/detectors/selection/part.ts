import type { GuestProcess } from '../../host/instance/host-functions.ts';
import type { CauseBatch } from '../detector-finding.ts';
import type { ContainerEntry } from './container-entry.ts';

/** What one selection sees of one batch. Shared by all instances that see it. */
export interface Part {
  readonly batch: CauseBatch;
  readonly records: Uint8Array;
  readonly count: number;
  /** Number in the batch, for each record. */
  readonly indexes: Uint32Array;
  /** Containers of the records. */
  readonly containers: readonly ContainerEntry[];
  /** Processes of the records and their ancestors; empty when nobody looks them up. */
  readonly processes: readonly GuestProcess[];
}

const NOTHING = { records: new Uint8Array(0), count: 0, indexes: new Uint32Array(0), containers: [], processes: [] };

/** No records, for a tick of a node. */
export const emptyPart = (batch: CauseBatch): Part => ({ batch, ...NOTHING });
