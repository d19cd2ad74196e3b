const NONE = 0xffff;
/** An hour that is a week older has half the share. */
const HALF_LIFE_HOURS = 168;

/** How many windows a reservoir has of each hour, and of each container in it. */
export class ReservoirShares {
  #hours = new Uint32Array(8);
  #ofHour = new Uint32Array(8);
  /** By how much each hour is above its share. */
  #claims = new Float64Array(8);
  #hourCount = 0;
  /** A cell is a container in an hour. Those with nothing in them are used again. */
  #cellHours = new Uint32Array(16);
  #cellRuns = new Uint32Array(16);
  #ofCell = new Uint16Array(16);
  #cellCount = 0;
  #latest = 0;

  /** Hours that there are windows of. */
  get hours(): number {
    return this.#hourCount;
  }

  get bytes(): number {
    return this.#hours.length * 16 + this.#cellRuns.length * 10;
  }

  runOf(cell: number): number {
    return this.#cellRuns[cell] as number;
  }

  /** Counts a window. @returns its cell */
  add(hour: number, run: number): number {
    const cell = this.#cellOf(hour, run);
    this.#latest = cell;
    this.#ofCell[cell] = (this.#ofCell[cell] as number) + 1;
    this.#countHour(hour, 1);
    return cell;
  }

  drop(cell: number): void {
    this.#ofCell[cell] = (this.#ofCell[cell] as number) - 1;
    this.#countHour(this.#cellHours[cell] as number, -1);
  }

  #cellOf(hour: number, run: number): number {
    if (this.#is(this.#latest, hour, run)) return this.#latest;
    let free = NONE;
    for (let cell = this.#cellCount - 1; cell >= 0; cell--) {
      if (this.#is(cell, hour, run)) return cell;
      if (this.#ofCell[cell] === 0) free = cell;
    }
    return this.#fill(free === NONE ? this.#newCell() : free, hour, run);
  }

  #is(cell: number, hour: number, run: number): boolean {
    return (
      cell < this.#cellCount &&
      this.#cellHours[cell] === hour &&
      this.#cellRuns[cell] === run &&
      this.#ofCell[cell] !== 0
    );
  }

  #newCell(): number {
    if (this.#cellCount === this.#cellRuns.length) {
      const size = this.#cellCount * 2;
      this.#cellHours = grown(this.#cellHours, new Uint32Array(size));
      this.#cellRuns = grown(this.#cellRuns, new Uint32Array(size));
      this.#ofCell = grown(this.#ofCell, new Uint16Array(size));
    }
    return this.#cellCount++;
  }

  #fill(cell: number, hour: number, run: number): number {
    this.#cellHours[cell] = hour;
    this.#cellRuns[cell] = run;
    this.#ofCell[cell] = 0;
    return cell;
  }

  #countHour(hour: number, by: number): void {
    const found = this.#hours.subarray(0, this.#hourCount).lastIndexOf(hour);
    const index = found < 0 ? this.#newHour(hour) : found;
    const count = (this.#ofHour[index] as number) + by;
    this.#ofHour[index] = count;
    this.#claims[index] = Math.log2(count - 0.5) - hour / HALF_LIFE_HOURS;
    if (count === 0) this.#forgetHour(index);
  }

  #newHour(hour: number): number {
    if (this.#hourCount === this.#hours.length) {
      const size = this.#hourCount * 2;
      this.#hours = grown(this.#hours, new Uint32Array(size));
      this.#ofHour = grown(this.#ofHour, new Uint32Array(size));
      this.#claims = grown(this.#claims, new Float64Array(size));
    }
    this.#hours[this.#hourCount] = hour;
    this.#ofHour[this.#hourCount] = 0;
    return this.#hourCount++;
  }

  #forgetHour(index: number): void {
    const last = --this.#hourCount;
    this.#hours[index] = this.#hours[last] as number;
    this.#ofHour[index] = this.#ofHour[last] as number;
    this.#claims[index] = this.#claims[last] as number;
  }

  /** 1 for each cell of the container with the most windows in the hour that is the farthest above its share, else 0. */
  fullest(): Uint8Array {
    const hour = this.#fullestHour();
    let most = 0;
    for (let cell = 0; cell < this.#cellCount; cell++)
      if (this.#cellHours[cell] === hour) most = Math.max(most, this.#ofCell[cell] as number);
    const cells = new Uint8Array(this.#cellCount);
    for (let cell = 0; cell < cells.length; cell++)
      if (this.#cellHours[cell] === hour && this.#ofCell[cell] === most) cells[cell] = 1;
    return cells;
  }

  #fullestHour(): number {
    let fullest = 0;
    let most = Number.NEGATIVE_INFINITY;
    for (let i = 0; i < this.#hourCount; i++) {
      const [claim, hour] = [this.#claims[i] as number, this.#hours[i] as number];
      if (claim < most || (claim === most && hour > fullest)) continue;
      most = claim;
      fullest = hour;
    }
    return fullest;
  }
}

/** A larger column with what the smaller one held. */
export function grown<T extends Uint16Array | Uint32Array | Float64Array>(old: T, larger: T): T {
  larger.set(old);
  return larger;
}
