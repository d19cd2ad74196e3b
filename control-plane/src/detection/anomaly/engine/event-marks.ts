import { type EventCursor, HeaderFlag, Kind } from '@picket/sdk';

/** An event that a finding may have come from. */
export interface EventMark {
  /** Number within the run of the agent. */
  readonly sequence: number;
  /** CLOCK_BOOTTIME in ns. */
  readonly time: number;
  readonly pid: number;
  /** Start of the process, CLOCK_BOOTTIME in ns. */
  readonly start: number;
}

/** A mark in a checkpoint: group of kinds, sequence, time, pid, start of the process. */
export type SavedMark = readonly [number, number, number, number, number];

/** Kinds whose newest events are remembered, each by itself: a flood of opens does not push out an exec. */
const KINDS = [
  ...[Kind.ProcessExec, Kind.FileOpen, Kind.FileModify, Kind.NetConnect, Kind.NetAccept, Kind.NetListen, Kind.NetDns],
  ...[Kind.NetUdp, Kind.NetUnix, Kind.SyscallNotable],
];
const GROUPS = new Int8Array(128).fill(-1);
KINDS.forEach((kind, group) => {
  GROUPS[kind] = group;
});

/** Kinds of which tokens of a class are made, the usual one first. */
const CLASSES: Readonly<Record<string, readonly number[]>> = {
  x: [Kind.ProcessExec],
  l: [Kind.ProcessExec],
  a: [Kind.ProcessExec],
  e: [Kind.ProcessExec, Kind.SyscallNotable],
  U: [Kind.ProcessExec, Kind.SyscallNotable],
  r: [Kind.FileOpen],
  w: [Kind.FileOpen],
  m: [Kind.FileModify],
  c: [Kind.NetConnect, Kind.NetUdp],
  p: [Kind.NetConnect, Kind.NetUdp],
  i: [Kind.NetListen],
  n: [Kind.NetAccept],
  d: [Kind.NetDns],
  u: [Kind.NetUnix],
  k: [Kind.SyscallNotable],
};

/** Events of a kind that are remembered. */
const DEPTH = 8;

/** The newest events of one container, by kind: which of them a window was about is looked up when something is found. */
export class EventMarks {
  readonly #sequences = new Float64Array(KINDS.length * DEPTH);
  readonly #times = new Float64Array(KINDS.length * DEPTH);
  readonly #starts = new Float64Array(KINDS.length * DEPTH);
  readonly #pids = new Uint32Array(KINDS.length * DEPTH);
  readonly #next = new Uint8Array(KINDS.length);

  /** Whether events of a kind are remembered. */
  static wants(kind: number): boolean {
    return kind < GROUPS.length && (GROUPS[kind] as number) >= 0;
  }

  /** Remembers the event on which the cursor stands; records of snapshots did not happen now. */
  note(cursor: EventCursor): void {
    const group = GROUPS[cursor.kind] as number;
    if (group < 0 || (cursor.flags & HeaderFlag.snapshot) !== 0) return;
    const next = this.#next[group] as number;
    const at = group * DEPTH + next;
    this.#next[group] = (next + 1) % DEPTH;
    this.#sequences[at] = cursor.sequence;
    this.#times[at] = cursor.time;
    this.#starts[at] = cursor.start;
    this.#pids[at] = cursor.tgid;
  }

  /** Marks that a window may still be about, for a checkpoint. @param since CLOCK_BOOTTIME in ms */
  saved(since: number): SavedMark[] {
    const out: SavedMark[] = [];
    for (let group = 0; group < KINDS.length; group++)
      for (let i = 0; i < DEPTH; i++) {
        // the oldest first, so that they are put back in their order
        const at = group * DEPTH + (((this.#next[group] as number) + i) % DEPTH);
        const time = this.#times[at] as number;
        if (time === 0 || time < since * 1e6) continue;
        out.push([group, this.#sequences[at] as number, time, this.#pids[at] as number, this.#starts[at] as number]);
      }
    return out;
  }

  restore(saved: readonly SavedMark[]): void {
    this.clear();
    for (const [group, sequence, time, pid, start] of saved)
      if (group >= 0 && group < KINDS.length) this.#put(group, { sequence, time, pid, start });
  }

  #put(group: number, { sequence, time, pid, start }: EventMark): void {
    const next = this.#next[group] as number;
    const at = group * DEPTH + next;
    this.#next[group] = (next + 1) % DEPTH;
    this.#sequences[at] = sequence;
    this.#times[at] = time;
    this.#starts[at] = start;
    this.#pids[at] = pid;
  }

  /** Another run of the agent numbers its events anew. */
  clear(): void {
    this.#times.fill(0);
  }

  /**
   * Remembered events that tokens of a class are made of, the newest first.
   * @param from CLOCK_BOOTTIME in ms
   * @param to the same, not included
   */
  within(letter: string, from: number, to: number): EventMark[] {
    const found: EventMark[] = [];
    for (const kind of CLASSES[letter] ?? []) {
      const base = (GROUPS[kind] as number) * DEPTH;
      for (let at = base; at < base + DEPTH; at++) {
        const time = this.#times[at] as number;
        if (time === 0 || time < from * 1e6 || time >= to * 1e6) continue;
        found.push({
          time,
          sequence: this.#sequences[at] as number,
          pid: this.#pids[at] as number,
          start: this.#starts[at] as number,
        });
      }
    }
    return found.sort((a, b) => b.time - a.time || b.sequence - a.sequence);
  }
}
