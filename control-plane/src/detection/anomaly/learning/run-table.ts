import type { BytePacker, ByteUnpacker } from './byte-packer.ts';

/** A container that windows came from. */
export interface Run {
  /** Its number here. */
  readonly id: number;
  /** Stands for its name. */
  readonly hash: number;
  /** End of its first and its last window, seconds since 1970. */
  first: number;
  last: number;
  /** Windows of 10 s. */
  windows: number;
  /** It was seen to start, to stop. */
  started: boolean;
  stopped: boolean;
}

/** Containers that no window is kept of. */
const MOST_UNUSED = 256;
const SECONDS_PER_DAY = 86_400;

/** The containers that windows came from. Those of which no window is kept are forgotten, the oldest first. */
export class RunTable {
  readonly #byHash = new Map<number, Run>();
  readonly #byId = new Map<number, Run>();
  #next = 0;
  /** Of all that there were. */
  #seen = 0;
  #complete = 0;
  #started = 0;

  /** Containers, forgotten ones too. */
  get seen(): number {
    return this.#seen;
  }

  /** Those seen from start to stop. */
  get complete(): number {
    return this.#complete;
  }

  /** Those seen to start. */
  get started(): number {
    return this.#started;
  }

  get size(): number {
    return this.#byId.size;
  }

  get bytes(): number {
    return this.#byId.size * 140;
  }

  /** The container of this hash; a new one when it was not known. */
  of(hash: number, at: number): Run {
    return this.#byHash.get(hash) ?? this.#add(hash, at);
  }

  byId(id: number): Run | undefined {
    return this.#byId.get(id);
  }

  #add(hash: number, at: number): Run {
    const run: Run = { id: this.#next++, hash, first: at, last: at, windows: 0, started: false, stopped: false };
    this.#seen++;
    return this.#put(run);
  }

  #put(run: Run): Run {
    this.#byHash.set(run.hash, run);
    this.#byId.set(run.id, run);
    return run;
  }

  /** A window of it ended; `isFirst` and `isLast` say whether it began or ended in it. */
  see(run: Run, at: number, { isFirst = false, isLast = false, windows = 1 }): void {
    const wasComplete = run.started && run.stopped;
    if (isFirst && !run.started) this.#started++;
    run.first = Math.min(run.first, at);
    run.last = Math.max(run.last, at);
    run.windows += windows;
    run.started ||= isFirst;
    run.stopped ||= isLast;
    if (!wasComplete && run.started && run.stopped) this.#complete++;
  }

  /** Forgets the oldest of those that are not used when there are too many. @param kept those that are used, by number */
  forget(kept: ReadonlyMap<number, unknown>): void {
    if (this.#byId.size - kept.size <= MOST_UNUSED) return;
    const unused = [...this.#byId.values()].filter(({ id }) => !kept.has(id)).sort((a, b) => b.last - a.last);
    for (const { id, hash } of unused.slice(MOST_UNUSED / 2)) {
      this.#byId.delete(id);
      this.#byHash.delete(hash);
    }
  }

  /** Adds the containers of another one. */
  merge(other: RunTable): void {
    const forgotten = { seen: other.#seen - other.size, complete: other.#complete, started: other.#started };
    for (const theirs of other.#byHash.values()) {
      const { first, last, windows, started, stopped } = theirs;
      if (started && stopped) forgotten.complete--;
      if (started) forgotten.started--;
      const mine = this.of(theirs.hash, first);
      this.see(mine, first, { windows: 0 });
      this.see(mine, last, { isFirst: started, isLast: stopped, windows });
    }
    this.#seen += forgotten.seen;
    this.#complete += forgotten.complete;
    this.#started += forgotten.started;
  }

  /** Windows of 10 s that a container has in a day of its life, of those that are remembered. */
  get windowsPerDay(): number {
    let windows = 0;
    let seconds = 0;
    for (const run of this.#byId.values()) {
      windows += run.windows;
      seconds += Math.max(run.last - run.first + 10, 10 * run.windows);
    }
    return seconds > 0 ? (windows / seconds) * SECONDS_PER_DAY : 0;
  }

  /** By the time of their first window. */
  all(): Run[] {
    return [...this.#byId.values()].sort((a, b) => a.first - b.first || a.hash - b.hash);
  }

  write(out: BytePacker): void {
    out.whole(this.#byId.size);
    for (const count of [this.#next, this.#seen, this.#complete, this.#started]) out.whole(count);
    for (const run of this.#byId.values()) {
      for (const value of [run.id, run.hash, run.first, run.last - run.first, run.windows]) out.whole(value);
      out.byte((run.started ? 1 : 0) | (run.stopped ? 2 : 0));
    }
  }

  static read(bytes: ByteUnpacker): RunTable {
    const table = new RunTable();
    const size = bytes.count();
    table.#next = bytes.whole();
    table.#seen = bytes.whole();
    table.#complete = bytes.whole();
    table.#started = bytes.whole();
    for (let i = 0; i < size; i++) {
      const [id, hash, first] = [bytes.whole(), bytes.whole(), bytes.whole()];
      const [last, windows, flags] = [first + bytes.whole(), bytes.whole(), bytes.byte()];
      table.#put({ id, hash, first, last, windows, started: (flags & 1) !== 0, stopped: (flags & 2) !== 0 });
    }
    return table;
  }
}
