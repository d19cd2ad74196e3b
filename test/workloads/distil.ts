import { type BatchHeader, type CapturedMessage, ContainerStarted, EventCursor, Header, Kind } from '@picket/sdk';
import { packBatch } from '../../sdk/cli/src/capture/compress.ts';
import { unpackBatch } from '../../sdk/cli/src/capture/unpack.ts';

/** Batches are joined up to here: larger ones pack better. */
const BATCH_BYTES = 1024 * 1024;

/**
 * Leaves in the messages of one node only what belongs to containers with images below `registry`, so that a capture
 * made on a machine that others use, too, tells of the recipe alone. Sequences are given anew, without gaps; the counts of
 * losses stay. Batches are joined.
 */
export function* distil(
  messages: readonly CapturedMessage[],
  registry: string,
  level?: number,
): Generator<CapturedMessage, void, undefined> {
  const wanted = wantedOf(messages, registry);
  const cursor = new EventCursor();
  let joined: Joined | undefined;
  let sequence = 1n;
  for (const message of messages) {
    const { header, records } = unpackBatch(message.batch);
    joined ??= { header, message, parts: [], count: 0, bytes: 0, first: sequence };
    joined.header = header;
    joined.message = message;
    cursor.open(records);
    while (cursor.next()) {
      if (!isWanted(cursor, wanted)) continue;
      const record = new Uint8Array(records.subarray(cursor.at, cursor.at + cursor.length));
      new DataView(record.buffer).setBigUint64(Header.sequence, sequence++, true);
      joined.parts.push(record);
      joined.count++;
      joined.bytes += record.length;
    }
    if (joined.bytes < BATCH_BYTES) continue;
    yield packed(joined, level);
    joined = undefined;
  }
  if (joined) yield packed(joined, level);
}

interface Joined {
  header: BatchHeader;
  message: CapturedMessage;
  readonly parts: Uint8Array[];
  count: number;
  bytes: number;
  readonly first: bigint;
}

function packed({ header, message, parts, count, first }: Joined, level?: number): CapturedMessage {
  return { ...message, batch: packBatch({ ...header, count, firstSequence: first }, Buffer.concat(parts), level) };
}

/** What containers of the recipe are known by in records. */
interface Wanted {
  /** Ids of their cgroups; none is used twice while a node runs. */
  readonly cgroups: Set<bigint>;
  readonly slots: Set<string>;
}

function wantedOf(messages: readonly CapturedMessage[], registry: string): Wanted {
  const found: Wanted = { cgroups: new Set(), slots: new Set() };
  const cursor = new EventCursor();
  for (const { batch } of messages) {
    cursor.open(unpackBatch(batch).records);
    while (cursor.next()) {
      if (!isMetadata(cursor.kind) || !cursor.string(ContainerStarted.image).startsWith(registry)) continue;
      found.cgroups.add(cursor.big(Header.cgroup));
      found.slots.add(slotOf(cursor));
    }
  }
  return found;
}

const slotOf = ({ slot, generation }: EventCursor) => `${slot}/${generation}`;

const isMetadata = (kind: number) => kind === Kind.ContainerStarted || kind === Kind.ContainerUpdated;

/** Losses have no cgroup; one that names no container may have been of the recipe. */
function isWanted(cursor: EventCursor, { cgroups, slots }: Wanted): boolean {
  if (cursor.kind === Kind.SensorLoss) return cursor.slot === 0 || slots.has(slotOf(cursor));
  return cgroups.has(cursor.big(Header.cgroup));
}
