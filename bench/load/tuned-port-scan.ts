import { type EventCursor, Kind, NetConnect } from '@picket/sdk';

const BUCKETS = 8192;

/** Distinct values by key within a window, as the library for detectors keeps them, in flat arrays of JavaScript. */
class TunedWindow {
  readonly #limit: number;
  readonly #life: number;
  readonly #capacity: number;
  readonly #buckets = new Int32Array(BUCKETS);
  readonly #container: Uint32Array;
  readonly #key: Uint32Array;
  readonly #since: Float64Array;
  readonly #count: Uint32Array;
  readonly #chain: Int32Array;
  readonly #newer: Int32Array;
  readonly #older: Int32Array;
  readonly #values: Uint32Array;
  #size = 0;
  #newest = 0;
  #oldest = 0;

  constructor(limit: number, life: number, capacity: number) {
    this.#limit = limit;
    this.#life = life;
    this.#capacity = capacity;
    this.#container = new Uint32Array(capacity + 1);
    this.#key = new Uint32Array(capacity + 1);
    this.#since = new Float64Array(capacity + 1);
    this.#count = new Uint32Array(capacity + 1);
    this.#chain = new Int32Array(capacity + 1);
    this.#newer = new Int32Array(capacity + 1);
    this.#older = new Int32Array(capacity + 1);
    this.#values = new Uint32Array((capacity + 1) * limit);
  }

  add(container: number, key: number, value: number, now: number): boolean {
    let entry = this.#buckets[bucketOf(container, key)] as number;
    while (entry !== 0 && (this.#key[entry] !== key || this.#container[entry] !== container))
      entry = this.#chain[entry] as number;
    if (entry === 0) entry = this.#insert(container, key, now);
    else if (now - (this.#since[entry] as number) > this.#life) {
      this.#since[entry] = now;
      this.#count[entry] = 0;
    }
    if (entry !== this.#newest) {
      this.#unlink(entry);
      this.#link(entry);
    }
    const count = this.#count[entry] as number;
    if (count >= this.#limit) return false;
    const from = entry * this.#limit;
    for (let i = from; i < from + count; i++) if (this.#values[i] === value) return false;
    this.#values[from + count] = value;
    this.#count[entry] = count + 1;
    return count + 1 === this.#limit;
  }

  #insert(container: number, key: number, now: number): number {
    const entry = this.#size < this.#capacity ? ++this.#size : this.#evict();
    this.#container[entry] = container;
    this.#key[entry] = key;
    this.#since[entry] = now;
    this.#count[entry] = 0;
    const bucket = bucketOf(container, key);
    this.#chain[entry] = this.#buckets[bucket] as number;
    this.#buckets[bucket] = entry;
    this.#link(entry);
    return entry;
  }

  #evict(): number {
    const entry = this.#oldest;
    const bucket = bucketOf(this.#container[entry] as number, this.#key[entry] as number);
    let at = this.#buckets[bucket] as number;
    if (at === entry) this.#buckets[bucket] = this.#chain[entry] as number;
    else {
      while (this.#chain[at] !== entry) at = this.#chain[at] as number;
      this.#chain[at] = this.#chain[entry] as number;
    }
    this.#unlink(entry);
    return entry;
  }

  #link(entry: number): void {
    this.#older[entry] = this.#newest;
    this.#newer[entry] = 0;
    if (this.#newest !== 0) this.#newer[this.#newest] = entry;
    else this.#oldest = entry;
    this.#newest = entry;
  }

  #unlink(entry: number): void {
    const newer = this.#newer[entry] as number;
    const older = this.#older[entry] as number;
    if (newer !== 0) this.#older[newer] = older;
    else this.#newest = older;
    if (older !== 0) this.#newer[older] = newer;
    else this.#oldest = newer;
  }
}

function bucketOf(container: number, key: number): number {
  const h = Math.imul(container ^ Math.imul(key, 0x9e3779b1), 0x85ebca6b);
  return (h ^ (h >>> 15)) & (BUCKETS - 1);
}

/** The port-scan detector with its default settings, for IPv4 and one node, as fast as JavaScript gets. */
export class TunedPortScan {
  readonly #vertical = new TunedWindow(20, 60e9, 4096);
  readonly #horizontal = new TunedWindow(30, 60e9, 4096);
  findings = 0;

  run(cursor: EventCursor): void {
    while (cursor.next()) {
      if (cursor.kind !== Kind.NetConnect || cursor.slot === 0 || cursor.u16(NetConnect.protocol) !== 6) continue;
      const container = (cursor.slot << 16) | cursor.generation;
      const ip = cursor.u32(NetConnect.remoteIp + 12);
      const port = cursor.u16(NetConnect.remotePort);
      const time = cursor.time;
      if (this.#vertical.add(container, ip, port, time)) this.findings++;
      if (this.#horizontal.add(container, port, ip, time)) this.findings++;
    }
  }
}
