/** P(X <= k) for a Poisson variable of this mean. */
export function poissonAtMost(k: number, mean: number): number {
  if (mean <= 0) return 1;
  let log = -mean;
  let sum = Math.exp(log);
  for (let i = 1; i <= k; i++) {
    log += Math.log(mean / i);
    sum += Math.exp(log);
  }
  return Math.min(1, sum);
}

/**
 * Exact interval for the mean of a Poisson variable of which `count` was seen once (Garwood 1936).
 * @param miss chance that the mean lies outside
 */
export function poissonInterval(count: number, miss = 0.05): { readonly low: number; readonly high: number } {
  const top = count + 10 * Math.sqrt(count + 1) + 20;
  const low = count === 0 ? 0 : where((mean) => 1 - poissonAtMost(count - 1, mean) > miss / 2, top);
  return { low, high: where((mean) => poissonAtMost(count, mean) < miss / 2, top) };
}

/** The smallest mean from which on it holds. */
function where(holds: (mean: number) => boolean, top: number): number {
  let low = 0;
  let high = top;
  for (let i = 0; i < 60; i++) {
    const middle = (low + high) / 2;
    if (holds(middle)) high = middle;
    else low = middle;
  }
  return high;
}
