import type { FlagSpec } from './types.ts';

/** Facts about a file or executable (`exe_flags`, `file_flags`). */
export const EXE_FLAGS: readonly FlagSpec[] = [
  {
    name: 'upper_layer',
    bit: 0,
    doc: 'In the upper layer of an overlay: made or changed after the container began, not as in its image.',
  },
  { name: 'memfd', bit: 1, doc: 'Lives in memory only (memfd_create).' },
  { name: 'deleted', bit: 2, doc: 'No name is left in the file system.' },
  { name: 'writable', bit: 3, doc: 'The process could write to it.' },
  { name: 'script', bit: 4, doc: 'Started through an interpreter line; path is the interpreter.' },
  { name: 'created', bit: 5, doc: 'Made by this call.' },
  { name: 'lower_copy', bit: 6, doc: 'In the upper layer, and the image has a file of that name too.' },
];

export const CONTAINER_FLAGS: readonly FlagSpec[] = [
  { name: 'privileged', bit: 0, doc: 'Runs with all capabilities or as privileged.' },
  { name: 'partial', bit: 1, doc: 'Not all metadata is known.' },
  { name: 'sandbox', bit: 2, doc: 'The pause container of a pod.' },
  { name: 'host_network', bit: 3, doc: 'Shares the network of the host.' },
  { name: 'host_pid', bit: 4, doc: 'Shares the process ids of the host.' },
  { name: 'accounts_cut', bit: 5, doc: 'Its passwd or group file has more entries than the record.' },
];

export interface ReasonSpec {
  readonly name: string;
  readonly id: number;
  readonly doc: string;
}

/** Every reason for which an event can be lost between the kernel and a detector. */
export const LOSS_REASONS: readonly ReasonSpec[] = [
  { name: 'ring_full', id: 1, doc: 'The kernel ring had no room: the agent was too slow.' },
  { name: 'scratch_full', id: 2, doc: 'The record did not fit the kernel scratch buffer.' },
  { name: 'map_full', id: 3, doc: 'A kernel map had no room.' },
  { name: 'throttled', id: 4, doc: 'The budget of the container for this kind was used up.' },
  { name: 'spool_full', id: 5, doc: 'The bus was away longer than the agent could keep batches.' },
  { name: 'malformed', id: 6, doc: 'A record could not be read.' },
  { name: 'bus_limit', id: 7, doc: 'The stream dropped batches before they were read.' },
  { name: 'unresolved', id: 8, doc: 'The container of the event was never found.' },
  {
    name: 'unreadable',
    id: 10,
    doc: 'The call was made in a way that no probe can read safely (socketcall of 32-bit programs).',
  },
  { name: 'suppressed', id: 9, doc: 'Equal to an event already sent, counted there.' },
];
