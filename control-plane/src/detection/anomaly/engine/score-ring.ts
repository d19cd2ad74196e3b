import type { RecentScore } from './engine-stats.ts';

/** An hour of windows of 10 s and those of 60 s between them. */
const DEPTH = 420;

/** The newest scores of one container, for people to look at; bounded, and no part of a checkpoint. */
export class ScoreRing {
  readonly #at = new Float64Array(DEPTH);
  readonly #values = new Float32Array(DEPTH);
  readonly #drifts = new Float32Array(DEPTH);
  readonly #thresholds = new Float32Array(DEPTH);
  readonly #seconds = new Uint8Array(DEPTH);
  /** Index into the versions, of which there are few at a time. */
  readonly #versions = new Uint8Array(DEPTH);
  #names: string[] = [];
  #count = 0;

  add({ at, seconds, value, drift, threshold, versionId }: RecentScore): void {
    const version = this.#numberOf(versionId);
    const index = this.#count++ % DEPTH;
    this.#at[index] = at;
    this.#seconds[index] = seconds;
    this.#values[index] = value;
    this.#drifts[index] = drift;
    this.#thresholds[index] = threshold;
    this.#versions[index] = version;
  }

  #numberOf(version: string): number {
    const known = this.#names.indexOf(version);
    if (known >= 0) return known;
    // so many versions within an hour: what was scored by the ones before is forgotten
    if (this.#names.length === 256) {
      this.#names = [];
      this.#count = 0;
    }
    return this.#names.push(version) - 1;
  }

  /** The oldest first. */
  list(): RecentScore[] {
    const first = Math.max(0, this.#count - DEPTH);
    return Array.from({ length: this.#count - first }, (_, i) => this.#read((first + i) % DEPTH));
  }

  #read(index: number): RecentScore {
    return {
      at: this.#at[index] as number,
      seconds: this.#seconds[index] as number,
      value: this.#values[index] as number,
      drift: this.#drifts[index] as number,
      threshold: this.#thresholds[index] as number,
      versionId: this.#names[this.#versions[index] as number] ?? '',
    };
  }
}
