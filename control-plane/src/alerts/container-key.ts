import { type BatchHeader, type EventCursor, Header } from '@picket/sdk';
import type { Container } from '../types.ts';
import { formatUuid } from './uuid5.ts';

/**
 * What tells the container of an event apart for as long as the node runs: its cgroup, also over a restart of the agent.
 * Of one that is not known at all, the cgroup of the process may be one below it: then its slot in this run of the agent.
 */
export function containerKey(container: Container | undefined, cursor: EventCursor, header: BatchHeader): string {
  if (container) return cgroupKey(container.cgroup, header);
  if (cursor.slot > 0) return slotKey(cursor.slot, cursor.generation, header);
  return cgroupKey(String(cursor.u64(Header.cgroup)), header);
}

/** Every key that the events of a container may have had. */
export const keysOfContainer = (container: Container, header: BatchHeader): string[] => [
  cgroupKey(container.cgroup, header),
  slotKey(container.slot, container.generation, header),
];

export const slotKey = (slot: number, generation: number, { bootId, agentEpoch }: BatchHeader): string =>
  `${formatUuid(bootId)}/${agentEpoch}/${slot}.${generation}`;

const cgroupKey = (cgroup: string, { bootId }: BatchHeader): string => `${formatUuid(bootId)}/${cgroup}`;
