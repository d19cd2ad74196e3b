/** Buckets for each power of two: values are told to within an eighth. */
const PARTS = 8;
const BUCKETS = 64 * PARTS;

/** How long calls took, in ns, in buckets that grow with the value. */
export class CallTimes {
  readonly #buckets = new Uint32Array(BUCKETS);
  #count = 0;

  add(ns: number): void {
    const bucket = bucketOf(ns);
    this.#buckets[bucket] = (this.#buckets[bucket] as number) + 1;
    this.#count++;
  }

  /** The value below which a part of the calls lies, 0 to 1; 0 without calls. */
  quantile(part: number): number {
    const wanted = Math.ceil(this.#count * part);
    let seen = 0;
    for (let bucket = 0; bucket < BUCKETS && wanted > 0; bucket++) {
      seen += this.#buckets[bucket] as number;
      if (seen >= wanted) return upperEnd(bucket);
    }
    return 0;
  }
}

function bucketOf(ns: number): number {
  if (!(ns >= 1)) return 0;
  const power = Math.floor(Math.log2(ns));
  const part = Math.floor((ns / 2 ** power - 1) * PARTS);
  return Math.min(power * PARTS + part, BUCKETS - 1);
}

const upperEnd = (bucket: number): number =>
  Math.round(2 ** Math.floor(bucket / PARTS) * (1 + ((bucket % PARTS) + 1) / PARTS));
