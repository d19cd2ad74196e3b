import { type BatchHeader, EventCursor, Header, HeaderFlag } from '@picket/sdk';
import type { GuestFinding } from '../../host/instance/host-functions.ts';
import type { CauseBatch } from '../detector-finding.ts';
import type { WaitingPart } from '../queue/waiting-parts.ts';
import type { ContainerEntry } from '../selection/container-entry.ts';
import type { Part } from '../selection/part.ts';

/** Where a finding of a call belongs. */
export interface FindingPlace {
  readonly batch: CauseBatch;
  readonly record: Uint8Array | undefined;
  readonly index: number | undefined;
  readonly slot: number;
  readonly generation: number;
  /** The container as it was when the records were copied; undefined when the part does not have it. */
  readonly container: ContainerEntry | undefined;
}

/** Generation of a container that an instance had been told of when it spoke; undefined for others. */
export type KnownContainer = (header: Pick<BatchHeader, 'node' | 'agentEpoch'>, slot: number) => number | undefined;

/**
 * Leads a finding of a call back to the batch and record that it is about. Where there is a record, that says in which container
 * it was, whatever else the finding names: the alert tells of the event.
 * @param parts of the call; a finding without a record belongs to the last one
 * @param known a finding may name no other containers: that could be one that the owner of the detector must not see
 */
export function placeFinding(
  finding: GuestFinding,
  parts: readonly WaitingPart[],
  known: KnownContainer,
): FindingPlace | undefined {
  const last = parts.at(-1)?.part;
  if (!last) return undefined;
  if (finding.event === undefined) return ofMoment(last, finding.slot, known);
  let number = finding.event;
  for (const { part } of parts) {
    if (number < part.count) return ofRecord(part, number);
    number -= part.count;
  }
  return ofMoment(last, finding.slot, known);
}

function ofMoment(part: Part, named: number, known: KnownContainer): FindingPlace {
  const generation = named === 0 ? undefined : known(part.batch.header, named);
  const slot = generation === undefined ? 0 : named;
  const place = { record: undefined, index: undefined, slot, generation: generation ?? 0 };
  return { ...place, batch: part.batch, container: bySlot(part, slot, place.generation) };
}

function ofRecord(part: Part, number: number): FindingPlace {
  const cursor = seek(part.records, number);
  const { bytes, at, length, slot, generation } = cursor;
  const record = new Uint8Array(bytes.subarray(at, at + length));
  const container = slot === 0 ? byCgroup(part, cursor) : bySlot(part, slot, generation);
  return { batch: part.batch, record, index: part.indexes[number], slot, generation, container };
}

const bySlot = ({ containers }: Part, slot: number, generation: number): ContainerEntry | undefined =>
  containers.find((entry) => entry.slot === slot && entry.generation === generation);

/** An event that was before its container had a slot. */
function byCgroup({ containers }: Part, cursor: EventCursor): ContainerEntry | undefined {
  const cgroup = String(cursor.u64(Header.cgroup));
  return (cursor.flags & HeaderFlag.host) === 0 ? containers.find((entry) => entry.cgroup === cgroup) : undefined;
}

function seek(records: Uint8Array, number: number): EventCursor {
  const cursor = new EventCursor().open(records);
  while (cursor.next() && cursor.index < number);
  return cursor;
}
