import type { EventCursor } from '@picket/sdk';
import type { Process } from '../../../types.ts';
import type { GuestProcess } from '../../host/instance/host-functions.ts';
import type { NodeState } from '../../state/node-state.ts';
import type { PickedRecords } from './picked-records.ts';

/** How far up a detector can follow the line of a process. */
const ANCESTORS = 8;
const MOST_TEXT = 4096;

interface Known {
  readonly exepath: string;
  readonly args: readonly string[];
  readonly uid: number;
  readonly name: string;
  readonly parentStart: number;
  readonly entry: GuestProcess;
}

/**
 * Processes as detectors look them up. A process that has not changed has the same entry, which is how an instance knows that it
 * was told of it.
 */
export class ProcessEntries {
  readonly #known = new WeakMap<Process, Known>();

  /** The processes of records, with their ancestors, each once. @param cursor on their batch */
  of(records: PickedRecords, cursor: EventCursor, state: NodeState): GuestProcess[] {
    const seen = new Map<number, Set<number>>();
    const found: GuestProcess[] = [];
    for (let i = 0; i < records.count; i++) {
      records.seek(cursor, i);
      const { tgid, start } = cursor;
      if (tgid === 0 || !isNew(seen, tgid, start)) continue;
      this.#add(state.processOf(cursor), seen, found);
    }
    return found;
  }

  #add(process: Process | undefined, seen: Map<number, Set<number>>, found: GuestProcess[]): void {
    if (process) found.push(this.#entryOf(process));
    let up = process?.parent;
    for (let i = 0; up && i < ANCESTORS; i++, up = up.parent)
      if (isNew(seen, up.pid, up.start)) found.push(this.#entryOf(up));
  }

  #entryOf(process: Process): GuestProcess {
    const known = this.#known.get(process);
    if (known && isSame(known, process)) return known.entry;
    const { exepath, args, uid, name, parentStart } = process;
    const entry = entryOf(process);
    this.#known.set(process, { exepath, args, uid, name, parentStart, entry });
    return entry;
  }
}

/** Lists of arguments are replaced, never changed, so that the same list says the same. */
const isSame = (known: Known, now: Process): boolean =>
  known.exepath === now.exepath &&
  known.args === now.args &&
  known.uid === now.uid &&
  known.name === now.name &&
  known.parentStart === now.parentStart;

const entryOf = (process: Process): GuestProcess => ({
  tgid: process.pid,
  start: BigInt(process.start),
  parentTgid: process.ppid,
  parentStart: BigInt(process.parentStart),
  uid: process.uid,
  slot: process.slot,
  name: process.name,
  exepath: process.exepath.slice(0, MOST_TEXT),
  cmdline: process.args.join(' ').slice(0, MOST_TEXT),
});

function isNew(seen: Map<number, Set<number>>, pid: number, start: number): boolean {
  const starts = seen.get(pid);
  if (!starts) seen.set(pid, new Set([start]));
  else if (starts.has(start)) return false;
  else starts.add(start);
  return true;
}
