/** Adds counts to others by key; answers the first map. */
export function addCounts(sum: Map<string, number>, counts: ReadonlyMap<string, number>): Map<string, number> {
  for (const [key, count] of counts) sum.set(key, (sum.get(key) ?? 0) + count);
  return sum;
}
