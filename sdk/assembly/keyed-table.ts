/**
 * State by key in flat memory: at most `capacity` entries, the one that was not used for the longest time goes first.
 * An entry that was not used for longer than the time to live begins again.
 *
 * Entries stand in blocks that never move. They are chained by hash and in the order of use.
 */

/** Bytes of an entry before what the detector keeps in it. */
const HEAD: usize = 40;
const K0: usize = 0;
const K1: usize = 8;
const SEEN: usize = 16;
/** Neighbours in the order of use, and the next entry of the same bucket. */
const NEWER: usize = 24;
const OLDER: usize = 28;
const CHAIN: usize = 32;
const BLOCK_ENTRIES: i32 = 64;
const FIRST_BUCKETS: i32 = 64;

/**
 * `T` is an `@unmanaged class` of numbers: what is kept for a key. It begins with zeros. A reference to it is good until
 * the next call of `touch`.
 */
export class KeyedTable<T> {
  /** Entries now. */
  size: i32 = 0;
  /** Entries that had to go because the table was full, since the start. */
  evicted: u64 = 0;
  /** Whether the last `touch` made the entry, or found it too old and emptied it. */
  fresh: bool = false;
  private readonly stride: usize;
  private readonly capacity: i32;
  private readonly life: i64;
  private buckets: usize;
  private mask: u32 = FIRST_BUCKETS - 1;
  private newest: usize = 0;
  private oldest: usize = 0;
  /** Entries that were taken out, linked by CHAIN; then the unused end of the last block. */
  private free: usize = 0;
  private block: usize = 0;
  private left: i32 = 0;

  /**
   * @param capacity most entries, at least 1
   * @param ttl time to live in ns, measured in the times given to `touch`
   * @param extra bytes to keep for a key beyond `T`
   */
  constructor(capacity: i32, ttl: u64, extra: usize = 0) {
    this.capacity = max(capacity, 1);
    this.life = <i64>min<u64>(ttl, <u64>i64.MAX_VALUE);
    this.stride = (HEAD + offsetof<T>() + extra + 7) & ~7;
    this.buckets = newBuckets(FIRST_BUCKETS);
  }

  /** What is kept for a key, which becomes the most recently used one. */
  touch(k0: u64, k1: u64, now: u64): T {
    let entry = this.lookUp(k0, k1);
    this.fresh = false;
    if (entry == 0) {
      entry = this.insert(k0, k1);
    } else if (<i64>(now - load<u64>(entry, SEEN)) > this.life) {
      this.empty(entry);
    }
    // Events of different processors come a little out of order: the entry keeps the latest time.
    if (this.fresh || <i64>(now - load<u64>(entry, SEEN)) > 0) store<u64>(entry, now, SEEN);
    if (entry != this.newest) {
      this.unlink(entry);
      this.link(entry);
    }
    return changetype<T>(entry + HEAD);
  }

  /** What is kept for a key, without use of it; null when there is nothing. */
  peek(k0: u64, k1: u64): T | null {
    const entry = this.lookUp(k0, k1);
    return entry == 0 ? null : changetype<T>(entry + HEAD);
  }

  /** Forgets a key; false when there was nothing. */
  remove(k0: u64, k1: u64): bool {
    const entry = this.lookUp(k0, k1);
    if (entry == 0) return false;
    this.drop(entry);
    return true;
  }

  /** Forgets the keys that were not used for longer than the time to live; how many they were. */
  expire(now: u64): i32 {
    let count = 0;
    while (this.oldest != 0 && <i64>(now - load<u64>(this.oldest, SEEN)) > this.life) {
      this.drop(this.oldest);
      count++;
    }
    return count;
  }

  // @ts-ignore: decorator
  @inline
  private lookUp(k0: u64, k1: u64): usize {
    let entry = load<usize>(this.buckets + (<usize>(hash(k0, k1) & this.mask) << 2));
    while (entry != 0 && (load<u64>(entry, K1) != k1 || load<u64>(entry, K0) != k0)) entry = load<usize>(entry, CHAIN);
    return entry;
  }

  private insert(k0: u64, k1: u64): usize {
    if (this.size >= this.capacity) {
      this.drop(this.oldest);
      this.evicted++;
    } else if (<u32>this.size > this.mask) this.grow();
    const entry = this.take();
    store<u64>(entry, k0, K0);
    store<u64>(entry, k1, K1);
    this.empty(entry);
    const bucket = this.buckets + (<usize>(hash(k0, k1) & this.mask) << 2);
    store<usize>(entry, load<usize>(bucket), CHAIN);
    store<usize>(bucket, entry);
    this.link(entry);
    this.size++;
    return entry;
  }

  private empty(entry: usize): void {
    memory.fill(entry + HEAD, 0, this.stride - HEAD);
    this.fresh = true;
  }

  /** Room for an entry: one that was taken out, else the next of the block, else of a new block. */
  private take(): usize {
    const free = this.free;
    if (free != 0) {
      this.free = load<usize>(free, CHAIN);
      return free;
    }
    if (this.left == 0) {
      this.left = min(BLOCK_ENTRIES, this.capacity - this.size);
      this.block = heap.alloc(this.stride * <usize>this.left);
    }
    const entry = this.block;
    this.block += this.stride;
    this.left--;
    return entry;
  }

  private drop(entry: usize): void {
    let link = this.buckets + (<usize>(hash(load<u64>(entry, K0), load<u64>(entry, K1)) & this.mask) << 2);
    while (load<usize>(link) != entry) link = load<usize>(link) + CHAIN;
    store<usize>(link, load<usize>(entry, CHAIN));
    this.unlink(entry);
    store<usize>(entry, this.free, CHAIN);
    this.free = entry;
    this.size--;
  }

  private grow(): void {
    const count = <i32>(this.mask + 1) << 1;
    heap.free(this.buckets);
    this.buckets = newBuckets(count);
    this.mask = <u32>count - 1;
    for (let entry = this.oldest; entry != 0; entry = load<usize>(entry, NEWER)) {
      const bucket = this.buckets + (<usize>(hash(load<u64>(entry, K0), load<u64>(entry, K1)) & this.mask) << 2);
      store<usize>(entry, load<usize>(bucket), CHAIN);
      store<usize>(bucket, entry);
    }
  }

  private link(entry: usize): void {
    store<usize>(entry, this.newest, OLDER);
    store<usize>(entry, 0, NEWER);
    if (this.newest != 0) store<usize>(this.newest, entry, NEWER);
    else this.oldest = entry;
    this.newest = entry;
  }

  private unlink(entry: usize): void {
    const newer = load<usize>(entry, NEWER);
    const older = load<usize>(entry, OLDER);
    if (newer != 0) store<usize>(newer, older, OLDER);
    else this.newest = older;
    if (older != 0) store<usize>(older, newer, NEWER);
    else this.oldest = newer;
  }
}

function newBuckets(count: i32): usize {
  const at = heap.alloc(<usize>count << 2);
  memory.fill(at, 0, <usize>count << 2);
  return at;
}

/** Both words through the finisher of MurmurHash3, which spreads every bit. */
// @ts-ignore: decorator
@inline
function hash(k0: u64, k1: u64): u32 {
  let h = k0 ^ rotl(k1 * 0x9e3779b97f4a7c15, 31);
  h = (h ^ (h >> 33)) * 0xff51afd7ed558ccd;
  h ^= h >> 29;
  return <u32>h ^ <u32>(h >> 32);
}
