import { KeyedTable } from './keyed-table';

@unmanaged
class Window {
  since: u64;
  count: u32;
  unused: u32;
}

/** Bytes before the values that were seen. */
const VALUES: usize = 16;

/**
 * Says when a key has come with `limit` different values within a window. A window begins with the first value of the key
 * and says so once; what comes later in it is not looked at.
 */
export class DistinctWindow {
  private readonly table: KeyedTable<Window>;
  private readonly limit: u32;
  /** Different values of the key of the last `add` in its window, at most `limit`. */
  count: u32 = 0;
  /** Whether the last `add` took a value that its window did not have yet. */
  added: bool = false;

  /**
   * @param limit different values, 1 to 1024
   * @param window length in ns
   * @param capacity keys to remember; the one that was not used for the longest time is forgotten first
   */
  constructor(limit: u32, private window: u64, capacity: i32) {
    const most = max<u32>(1, min<u32>(limit, 1024));
    this.limit = most;
    this.table = new KeyedTable<Window>(capacity, window, <usize>most << 2);
  }

  /** Keys that were forgotten for want of room. */
  get evicted(): u64 {
    return this.table.evicted;
  }

  /** Takes a value of a key at a time in ns; true when it is the one that reaches the limit. */
  add(k0: u64, k1: u64, value: u32, now: u64): bool {
    const entry = this.table.touch(k0, k1, now);
    if (this.table.fresh || <i64>(now - entry.since) > <i64>this.window) {
      entry.since = now;
      entry.count = 0;
    }
    const count = entry.count;
    this.count = count;
    this.added = false;
    if (count >= this.limit) return false;
    const values = changetype<usize>(entry) + VALUES;
    for (let i: u32 = 0; i < count; i++) if (load<u32>(values + (<usize>i << 2)) == value) return false;
    store<u32>(values + (<usize>count << 2), value);
    entry.count = count + 1;
    this.count = count + 1;
    this.added = true;
    return count + 1 == this.limit;
  }

  /** Forgets keys that are too old to matter. */
  expire(now: u64): void {
    this.table.expire(now);
  }
}
