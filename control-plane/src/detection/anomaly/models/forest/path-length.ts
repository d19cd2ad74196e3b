/**
 * c(n): the mean length of an unsuccessful search in a binary search tree of n keys, by which path lengths are made
 * comparable (Liu, Ting, Zhou: Isolation Forest, ICDM 2008, equation 1). With the harmonic number itself in place of
 * its approximation by a logarithm.
 */
export function meanPathLength(n: number): number {
  if (n <= 1) return 0;
  let harmonic = 0;
  for (let k = n - 1; k >= 1; k--) harmonic += 1 / k;
  return 2 * harmonic - (2 * (n - 1)) / n;
}
