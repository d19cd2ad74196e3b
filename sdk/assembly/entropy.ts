const MOST = 255;
// Lazy: a detector that does not ask for entropy has neither the tables nor the work at its start.
// @ts-ignore: decorator
@lazy
const counts = new StaticArray<i32>(256);
// @ts-ignore: decorator
@lazy
const weights = newWeights();

/** c * log2(c) in thousandths: whole numbers, so that every host comes to the same entropy. */
function newWeights(): StaticArray<i32> {
  const table = new StaticArray<i32>(MOST + 1);
  for (let c = 1; c <= MOST; c++) table[c] = <i32>Math.round(<f64>c * Math.log2(<f64>c) * 1000);
  return table;
}

/**
 * Entropy of bytes by how often each comes (Shannon 1948), in thousandths of a bit for a byte: 0 when all are equal, 4000
 * for random hexadecimal digits of sufficient length. Of more than 255 bytes the first ones are looked at.
 */
export function entropyOf(from: usize, length: i32): i32 {
  const n = min(length, MOST);
  if (n <= 0) return 0;
  let sum = weights[n];
  for (let i = 0; i < n; i++) unchecked(counts[load<u8>(from + i)]++);
  for (let i = 0; i < n; i++) {
    const byte = load<u8>(from + i);
    sum -= unchecked(weights[counts[byte]]);
    unchecked((counts[byte] = 0));
  }
  return sum / n;
}
