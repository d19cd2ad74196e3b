/** Sets of rules as bits, by the number of the rule: 32 to a word. */
export const wordsFor = (rules: number): number => (rules + 31) >> 5;

export const setBit = (bits: Uint32Array, bit: number): void => {
  bits[bit >> 5] = (bits[bit >> 5] as number) | (1 << (bit & 31));
};

export const clearBit = (bits: Uint32Array, bit: number): void => {
  bits[bit >> 5] = (bits[bit >> 5] as number) & ~(1 << (bit & 31));
};

export function allBits(rules: number): Uint32Array {
  const bits = new Uint32Array(wordsFor(rules));
  for (let i = 0; i < rules; i++) setBit(bits, i);
  return bits;
}

/** The numbers of the rules, rising. Not for the way of every event: it makes a list. */
export function bitsOf(bits: Uint32Array): number[] {
  const out: number[] = [];
  bits.forEach((word, i) => {
    for (let left = word; left !== 0; left &= left - 1) out.push(i * 32 + lowest(left));
  });
  return out;
}

/** The number of the lowest bit that is set in a word that is not 0. */
export const lowest = (word: number): number => 31 - Math.clz32(word & -word);

export const isEmpty = (bits: Uint32Array): boolean => {
  for (let i = 0; i < bits.length; i++) if (bits[i] !== 0) return false;
  return true;
};

/** How many bits both have, counted no further than to `enough`. */
export function commonUpTo(a: Uint32Array, b: Uint32Array, enough: number): number {
  let count = 0;
  for (let i = 0; i < a.length && count < enough; i++)
    for (let left = (a[i] as number) & (b[i] as number); left !== 0 && count < enough; left &= left - 1) count++;
  return count;
}
