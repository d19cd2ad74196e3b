/** Values by key for some seconds, in the plainest words; what KeyedTable of the library must do. */
export class Expiring<T> {
  readonly #entries = new Map<string, { value: T; seen: bigint }>();
  readonly #life: bigint;
  readonly #keys: number;

  constructor(seconds: number, keys: number) {
    this.#life = BigInt(seconds) * 1_000_000_000n;
    this.#keys = keys;
  }

  set(key: string, value: T, now: bigint): void {
    const known = this.#entries.get(key);
    // A Map keeps the order of insertion: the first key is the one that was not used for the longest time.
    if (known) this.#entries.delete(key);
    else if (this.#entries.size >= this.#keys) this.#entries.delete(this.#entries.keys().next().value ?? '');
    const seen = known && known.seen > now ? known.seen : now;
    this.#entries.set(key, { value, seen });
  }

  get(key: string): T | undefined {
    return this.#entries.get(key)?.value;
  }

  delete(key: string): boolean {
    return this.#entries.delete(key);
  }

  /** Forgets what was not set for longer than its life, the oldest first, up to one that was. */
  expire(now: bigint): void {
    for (const [key, { seen }] of this.#entries) {
      if (now - seen <= this.#life) return;
      this.#entries.delete(key);
    }
  }
}
