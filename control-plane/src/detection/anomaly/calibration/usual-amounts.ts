import type { FeatureWindow } from '../features/feature-window.ts';
import { SCALARS } from '../features/scalars.ts';

/** What was usual of one scalar in windows of one length. */
export interface UsualAmount {
  readonly median: number;
  /** All but one window in a hundred had less. */
  readonly high: number;
}

/** By index of SCALARS. */
export type UsualAmounts = readonly UsualAmount[];

/** Of windows of one length. */
export function usualAmounts(windows: readonly FeatureWindow[]): UsualAmounts {
  return SCALARS.map((_, index) => {
    const values = Float64Array.from(windows, ({ scalars }) => scalars[index] ?? 0).sort();
    const at = (share: number) => Math.fround(values[Math.floor(share * (values.length - 1))] ?? 0);
    return { median: at(0.5), high: at(0.99) };
  });
}
