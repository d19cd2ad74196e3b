/** What a value did to its window. */
export interface Added {
  /** It is the one that reaches the limit. */
  readonly reached: boolean;
  /** The window did not have it yet. */
  readonly added: boolean;
  readonly count: number;
}

interface Window {
  seen: bigint;
  since: bigint;
  readonly values: Set<string | number>;
}

/** Different values by key within a window, in the plainest words; what DistinctWindow of the library must do. */
export class ReferenceWindow {
  readonly #windows = new Map<string, Window>();
  readonly #limit: number;
  readonly #life: bigint;
  readonly #keys: number;

  /** @param keys to remember; the one that was not used for the longest time goes first */
  constructor(limit: number, seconds: number, keys: number) {
    this.#limit = limit;
    this.#life = BigInt(seconds) * 1_000_000_000n;
    this.#keys = keys;
  }

  /** @param now ns since 1970 */
  add(key: string, value: string | number, now: bigint): Added {
    const window = this.#open(key, now);
    const count = window.values.size;
    if (count >= this.#limit || window.values.has(value)) return { reached: false, added: false, count };
    window.values.add(value);
    return { reached: count + 1 === this.#limit, added: true, count: count + 1 };
  }

  #open(key: string, now: bigint): Window {
    let window = this.#windows.get(key);
    // A Map keeps the order of insertion: the first key is the one that was not used for the longest time.
    if (window) this.#windows.delete(key);
    else if (this.#windows.size >= this.#keys) this.#windows.delete(this.#windows.keys().next().value ?? '');
    if (!window || now - window.seen > this.#life || now - window.since > this.#life)
      window = { seen: now, since: now, values: new Set() };
    if (now > window.seen) window.seen = now;
    this.#windows.set(key, window);
    return window;
  }
}
