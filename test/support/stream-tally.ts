import {
  ContainerStarted,
  EventCursor,
  FileOpen,
  HeaderFlag,
  Kind,
  kindName,
  lossReasonName,
  ProcessExec,
  SensorLoss,
} from '@picket/sdk';
import { unpackBatch } from '../../sdk/cli/src/capture/unpack.ts';
import { eventMessages } from './event-messages.ts';
import type { TestNats } from './nats.ts';

/** What the event stream says of one container. */
export interface ContainerTally {
  /** Records by kind. */
  readonly kinds: Map<string, number>;
  /** Opens that records of file.open stand for. */
  opens: number;
  /** Programs that were run, by path. */
  readonly execs: Map<string, number>;
  /** Losses told with this container, by `kind reason`. */
  readonly lost: Map<string, number>;
}

/** Reads the whole event stream and counts by container id; what belongs to none stands under the empty id. */
export async function tallyStream(nats: TestNats): Promise<(id: string) => ContainerTally> {
  const owners = new Map<number, string>();
  const tallies = new Map<string, ContainerTally>();
  const tally = (id: string) => {
    const known = tallies.get(id) ?? { kinds: new Map(), opens: 0, execs: new Map(), lost: new Map() };
    tallies.set(id, known);
    return known;
  };
  const cursor = new EventCursor();
  for await (const { data } of eventMessages(nats, 1)) {
    cursor.open(unpackBatch(data).records);
    while (cursor.next()) {
      const slot = cursor.slot * 65_536 + cursor.generation;
      if (cursor.kind === Kind.ContainerStarted) owners.set(slot, cursor.string(ContainerStarted.id));
      // a snapshot tells again what was told before
      if ((cursor.flags & HeaderFlag.snapshot) === 0) take(cursor, tally(owners.get(slot) ?? ''));
    }
  }
  return tally;
}

function take(cursor: EventCursor, tally: ContainerTally): void {
  add(tally.kinds, kindName(cursor.kind), 1);
  if (cursor.kind === Kind.FileOpen) tally.opens += cursor.u32(FileOpen.count);
  if (cursor.kind === Kind.ProcessExec) add(tally.execs, cursor.string(ProcessExec.path), 1);
  if (cursor.kind !== Kind.SensorLoss) return;
  const name = `${kindName(cursor.u16(SensorLoss.lostKind))} ${lossReasonName(cursor.u16(SensorLoss.reason))}`;
  add(tally.lost, name, Number(cursor.big(SensorLoss.count)));
}

const add = (map: Map<string, number>, key: string, count: number) => map.set(key, (map.get(key) ?? 0) + count);
