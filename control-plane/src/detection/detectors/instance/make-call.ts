import type { GuestProcess } from '../../host/instance/host-functions.ts';
import { encodeContext } from '../../host/process/context-tables.ts';
import { callBatch } from '../queue/call-batch.ts';
import type { Call } from '../queue/kept-calls.ts';
import type { WaitingPart } from '../queue/waiting-parts.ts';
import type { ContainerEntry } from '../selection/container-entry.ts';
import type { Part } from '../selection/part.ts';
import type { ToldContainers } from './told-containers.ts';

/** What an instance has been told of, and whether it looks things up. */
export interface Told {
  readonly containers: ToldContainers;
  readonly processes: WeakSet<GuestProcess>;
  readonly hasContext: boolean;
  /** Records that it should have seen and did not. */
  readonly skipped: number;
}

/**
 * Puts parts together to what an instance is handed. What is told by it counts as told.
 * @param place of the call among those of the instance
 */
export function makeCall(parts: readonly WaitingPart[], place: number, told: Told): Call {
  const last = parts.at(-1);
  if (!last) throw new Error('a call needs a part');
  const { header } = last.part.batch;
  const entries = new Set(parts.flatMap(({ part }) => part.containers));
  const containers = told.containers.news(header.node, header.agentEpoch, [...entries], place);
  const dictionary = concat(containers.map(({ record }) => record));
  const records = joinedRecords(parts.map(({ part }) => part));
  const count = parts.reduce((sum, { part }) => sum + part.count, 0);
  const skipped = BigInt(told.skipped);
  return {
    parts,
    place,
    skipped,
    batch: callBatch(header, skipped, records, count, dictionary),
    context: told.hasContext ? contextOf(parts, containers, told.processes) : undefined,
    tick: last.tick,
    answered: 0,
    strikes: 0,
  };
}

const NOTHING = new Uint8Array(0);
const joined = new WeakMap<Part, { readonly last: Part; readonly records: Uint8Array }>();

/** The same bytes for all instances that are given the same parts: a host is sent them once. */
function joinedRecords(parts: readonly Part[]): Uint8Array {
  const [first] = parts;
  const last = parts.at(-1);
  if (!first || !last || first === last) return first?.records ?? NOTHING;
  const known = joined.get(first);
  if (known?.last === last) return known.records;
  const records = runOf(parts.map((part) => part.records));
  joined.set(first, { last, records });
  return records;
}

/** Parts of one selection lie one behind the other, most of the time: then they are not copied once more. */
function runOf(pieces: readonly Uint8Array[]): Uint8Array {
  const [first = NOTHING, ...more] = pieces.filter(({ length }) => length > 0);
  let end = first.byteOffset + first.length;
  for (const { buffer, byteOffset, length } of more) {
    if (buffer !== first.buffer || byteOffset !== end) return concat(pieces);
    end += length;
  }
  return more.length === 0 ? first : new Uint8Array(first.buffer, first.byteOffset, end - first.byteOffset);
}

function contextOf(
  parts: readonly WaitingPart[],
  containers: readonly ContainerEntry[],
  told: WeakSet<GuestProcess>,
): Uint8Array | undefined {
  const processes = parts.flatMap(({ part }) => newOf(part, told));
  return processes.length + containers.length > 0 ? encodeContext({ processes, containers }) : undefined;
}

function newOf({ processes }: Part, told: WeakSet<GuestProcess>): GuestProcess[] {
  return processes.filter((process) => {
    if (told.has(process)) return false;
    told.add(process);
    return true;
  });
}

function concat(pieces: readonly Uint8Array[]): Uint8Array {
  const [first, second] = pieces;
  if (!second) return first ?? NOTHING;
  const out = new Uint8Array(pieces.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const piece of pieces) {
    out.set(piece, at);
    at += piece.length;
  }
  return out;
}
