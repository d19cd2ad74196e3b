import type { BytePacker, ByteUnpacker } from './byte-packer.ts';

interface Waiting {
  /** Hashes of containers, and hours since 1970, in which it came. */
  readonly runs: Set<number>;
  readonly hours: Set<number>;
  /** Hours since 1970. */
  last: number;
}

/** Different containers, or hours, in which a strange thing must come. */
export const COMES_AGAIN = 3;
const MS_PER_HOUR = 3_600_000;
const MOST = 64;
const MOST_TEXT = 256;

/**
 * Strange things and where they came. What comes in three containers, or in three different hours, belongs to the workload,
 * as a job of every hour does; what came once may be an attack, and waits. Bounded: what came longest ago is forgotten.
 */
export class Quarantine {
  readonly #waiting = new Map<string, Waiting>();
  forgotten = 0;

  get size(): number {
    return this.#waiting.size;
  }

  /** Things that came often enough. */
  get released(): number {
    return [...this.#waiting.values()].filter(isReleased).length;
  }

  get bytes(): number {
    return this.#waiting.size * 400;
  }

  /**
   * A strange thing came.
   * @param at ms since 1970
   * @returns whether it has come often enough to be learned
   */
  comesAgain(feature: string, run: number, at: number): boolean {
    const name = feature.slice(0, MOST_TEXT);
    const hour = Math.floor(at / MS_PER_HOUR);
    const waiting = this.#waiting.get(name) ?? { runs: new Set(), hours: new Set(), last: 0 };
    this.#waiting.delete(name);
    this.#waiting.set(name, waiting);
    add(waiting, run, hour);
    this.#makeRoom();
    return isReleased(waiting);
  }

  merge(other: Quarantine): void {
    for (const [name, theirs] of other.#waiting) {
      const mine = this.#waiting.get(name) ?? { runs: new Set(), hours: new Set(), last: 0 };
      for (const run of theirs.runs) mine.runs.add(run);
      for (const hour of theirs.hours) mine.hours.add(hour);
      mine.last = Math.max(mine.last, theirs.last);
      this.#waiting.set(name, mine);
    }
    this.forgotten += other.forgotten;
  }

  #makeRoom(): void {
    for (const name of this.#waiting.keys()) {
      if (this.#waiting.size <= MOST) return;
      this.#waiting.delete(name);
      this.forgotten++;
    }
  }

  write(out: BytePacker): void {
    out.whole(this.#waiting.size);
    out.whole(this.forgotten);
    for (const [name, { runs, hours, last }] of this.#waiting) {
      out.text(name);
      out.whole(last);
      for (const set of [runs, hours]) {
        out.whole(set.size);
        for (const value of set) out.whole(value);
      }
    }
  }

  static read(bytes: ByteUnpacker): Quarantine {
    const quarantine = new Quarantine();
    const size = bytes.count();
    quarantine.forgotten = bytes.whole();
    for (let i = 0; i < size; i++) {
      const name = bytes.text();
      const last = bytes.whole();
      const [runs, hours] = [takeSet(bytes), takeSet(bytes)];
      quarantine.#waiting.set(name, { runs, hours, last });
    }
    return quarantine;
  }
}

function add(waiting: Waiting, run: number, hour: number): void {
  if (waiting.runs.size < COMES_AGAIN) waiting.runs.add(run);
  if (waiting.hours.size < COMES_AGAIN) waiting.hours.add(hour);
  waiting.last = Math.max(waiting.last, hour);
}

const isReleased = ({ runs, hours }: Waiting): boolean => runs.size >= COMES_AGAIN || hours.size >= COMES_AGAIN;

function takeSet(bytes: ByteUnpacker): Set<number> {
  const set = new Set<number>();
  for (let left = bytes.count(); left > 0; left--) set.add(bytes.whole());
  return set;
}
