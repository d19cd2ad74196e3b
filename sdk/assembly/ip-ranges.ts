import { parseIp, readNumber } from './parse-ip';

/** Numbers of a range: both halves of its mask, then of its address, as they lie in memory. */
const WORDS = 4;
const ADDRESS = memory.data(16, 8);

/** Ranges of addresses in CIDR notation: `10.0.0.0/8`, `fc00::/7`, or a single address. */
export class IpRanges {
  private readonly words: StaticArray<u64>;
  private readonly count: i32;
  /** The first entry that is no range; `''` when all are. */
  wrong: string = '';

  constructor(list: string[]) {
    this.words = new StaticArray<u64>(list.length * WORDS);
    this.count = list.length;
    for (let i = 0; i < list.length; i++) {
      if (this.wrong.length == 0 && !this.put(i * WORDS, list[i])) this.wrong = list[i];
    }
  }

  /** Whether the 16 bytes at `at` lie in one of the ranges. */
  has(at: usize): bool {
    const high = load<u64>(at);
    const low = load<u64>(at, 8);
    for (let i = 0, end = this.count * WORDS; i < end; i += WORDS) {
      const words = this.words;
      if ((high & unchecked(words[i])) == unchecked(words[i + 2]) && (low & unchecked(words[i + 1])) == unchecked(words[i + 3]))
        return true;
    }
    return false;
  }

  private put(at: i32, text: string): bool {
    const parts = text.split('/');
    if (parts.length > 2 || !parseIp(parts[0], ADDRESS)) return false;
    const width = parts[0].includes(':') ? 128 : 32;
    let bits = width;
    if (parts.length == 2) {
      bits = readNumber(parts[1], 10, 3);
      if (bits < 0 || bits > width) return false;
    }
    bits += 128 - width;
    this.words[at] = maskOf(min(bits, 64));
    this.words[at + 1] = maskOf(max(bits - 64, 0));
    this.words[at + 2] = load<u64>(ADDRESS) & this.words[at];
    this.words[at + 3] = load<u64>(ADDRESS, 8) & this.words[at + 1];
    return true;
  }
}

/** The first `bits` bits of 8 bytes in network order. */
function maskOf(bits: i32): u64 {
  return bits == 0 ? 0 : bswap<u64>(u64.MAX_VALUE << (64 - bits));
}
