/**
 * One number out of the scores of the parts: the highest, less what it gains from there being several of them
 * (Bonferroni; what is too much of that, since parts go together, the calibration of the fused score takes back).
 * @param scores -log10 p by part; NaN abstains
 * @returns NaN when all abstain
 */
export function fuse(scores: Float64Array): number {
  let most = Number.NaN;
  let parts = 0;
  for (const score of scores) {
    if (Number.isNaN(score)) continue;
    parts++;
    if (!(score <= most)) most = score;
  }
  return most - Math.log10(parts);
}
