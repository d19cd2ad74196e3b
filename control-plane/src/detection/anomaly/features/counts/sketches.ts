/** Sets of which only the size is asked. */
export const Sketch = { paths: 0, peers: 1, endpoints: 2, ports: 3, names: 4, size: 5 } as const;

/** Bits of each set. */
const BITS = 1024;
const WORDS = BITS / 32;

export const SKETCH_WORDS: number = Sketch.size * WORDS;

/** Adds to a set what has a hash. */
export function addToSketch(words: Uint32Array, sketch: number, hash: number): void {
  const at = sketch * WORDS + ((hash & (BITS - 1)) >> 5);
  words[at] = (words[at] as number) | (1 << (hash & 31));
}

export function mergeSketches(into: Uint32Array, from: Uint32Array): void {
  for (let i = 0; i < SKETCH_WORDS; i++) into[i] = (into[i] as number) | (from[i] as number);
}

/**
 * How many different hashes were added, by linear counting (Whang, Vander-Zanden, Taylor 1990): exact for few, within some
 * percent up to about 3000; a full set counts as 7098.
 */
export function sketchSize(words: Uint32Array, sketch: number): number {
  let ones = 0;
  for (let i = sketch * WORDS; i < (sketch + 1) * WORDS; i++) ones += bitCount(words[i] as number);
  if (ones === 0) return 0;
  const free = Math.max(BITS - ones, 1);
  return Math.round(-BITS * Math.log(free / BITS));
}

function bitCount(word: number): number {
  let v = word - ((word >>> 1) & 0x55555555);
  v = (v & 0x33333333) + ((v >>> 2) & 0x33333333);
  return Math.imul((v + (v >>> 4)) & 0x0f0f0f0f, 0x01010101) >>> 24;
}
