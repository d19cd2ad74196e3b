/** Classes of how often a token was seen: 0 never, then by powers of two, 11 nearly always. */
export const BINS = 12;

/** From this one on, a share above 1/32, a token is ordinary: not being there would be as strange as being there. */
const ORDINARY = 7;

/** @param share of windows, 0 for what was never seen */
export function binOf(share: number): number {
  if (share === 0) return 0;
  return share * 1024 <= 1 ? 1 : Math.min(BINS - 1, 1 + Math.ceil(Math.log2(share * 1024)));
}

/**
 * How often windows of a class of tokens had one as rare as this, when asked of windows that were not counted: by it a new file
 * name says little where every container brings new ones, and a new peer much where there never was one. Laplace keeps it
 * from saying more than the number of windows can tell.
 */
export class RarityTable {
  /** Windows by the rarest token that they had. */
  readonly counts: Float64Array;
  #windows: number;
  readonly #nats = new Float64Array(BINS);

  constructor(counts = new Float64Array(BINS), windows = 0) {
    this.counts = counts;
    this.#windows = windows;
    this.#settle();
  }

  get windows(): number {
    return this.#windows;
  }

  /** @param rarest bin of the rarest token of each window that had any */
  static of(rarest: readonly number[], windows: number): RarityTable {
    const counts = new Float64Array(BINS);
    for (const bin of rarest) counts[bin] = (counts[bin] ?? 0) + 1;
    return new RarityTable(counts, windows);
  }

  /** Surprise of a window whose rarest token is of that bin. */
  nats(bin: number): number {
    return this.#nats[bin] ?? 0;
  }

  /** The most it can say. */
  get most(): number {
    return Math.log(2 * (this.#windows + 1));
  }

  #settle(): void {
    let atMost = 0;
    for (let bin = 0; bin < BINS; bin++) {
      atMost += this.counts[bin] ?? 0;
      this.#nats[bin] = bin >= ORDINARY ? 0 : -Math.log(Math.min(1, (atMost + 0.5) / (this.#windows + 1)));
    }
  }
}

/** Many equally rare tokens say more than one, but a flood of them not more than twice as much. */
export const manyOf = (count: number): number => Math.min(2, 1 + 0.15 * Math.log2(Math.max(1, count)));
