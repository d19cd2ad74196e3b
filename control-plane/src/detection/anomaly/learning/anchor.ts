import type { CalibratedModel } from '../calibration/calibrated-model.ts';
import { usualAmounts } from '../calibration/usual-amounts.ts';
import { SCALARS } from '../features/scalars.ts';
import type { KeptWindow } from './material.ts';
import type { AnchorReport } from './train-report.ts';

/** Scores of the anchor, and the share of windows that may reach them. Of ordinary ones 5 %, 1 % and 0.1 % do. */
const BOUNDS = [
  { score: 1.3, share: 0.4 },
  { score: 2, share: 0.08 },
  { score: 3, share: 0.02 },
] as const;
/** Newer windows that are looked at, and how many there must be at least. */
const NEWER = 1 / 3;
const FEWEST = 30;
/** So many windows are asked what is strange in them. */
const ASKED = 50;
const MOST_MOVED = 8;
/** How many times the usual highest value an amount must be to have moved. */
const FAR = 2;

/**
 * Compares newer windows with the model that was accepted first. Each new version is made of what the one before let pass,
 * so that someone with patience could move it step by step; the anchor stays where it is.
 * @param windows of 10 s, in the order of time
 */
export function compareWithAnchor(windows: readonly KeptWindow[], anchor: CalibratedModel): AnchorReport {
  const newer = windows.slice(-Math.max(FEWEST, Math.ceil(windows.length * NEWER)));
  const scored = newer.map((kept) => ({ kept, ...anchor.score(kept.window) })).filter(({ abstains }) => !abstains);
  if (scored.length < FEWEST) return { holds: true, strange: 0, bound: BOUNDS[2].share, moved: [] };
  const shares = BOUNDS.map(({ score, share }) => ({
    strange: scored.filter(({ value }) => value >= score).length / scored.length,
    bound: share,
  }));
  const worst = shares.reduce((a, b) => (b.strange / b.bound > a.strange / a.bound ? b : a));
  const strange = scored.filter(({ value }) => value >= BOUNDS[1].score).sort((a, b) => b.value - a.value);
  const moved = [
    ...amountsMoved(newer, anchor),
    ...reasons(
      strange.slice(0, ASKED).map(({ kept }) => kept),
      anchor,
    ),
  ];
  return { holds: worst.strange <= worst.bound, ...worst, moved: moved.slice(0, MOST_MOVED) };
}

/** Amounts that are now usually above what was high then, the farthest first. */
function amountsMoved(windows: readonly KeptWindow[], anchor: CalibratedModel): string[] {
  const earlier = anchor.calibration(10).usual;
  return usualAmounts(windows.map(({ window }) => window))
    .map((now, index) => ({ now: now.median, once: earlier[index]?.high ?? 0, scalar: SCALARS[index] }))
    .map((amount) => ({ ...amount, times: amount.now / Math.max(1, amount.once) }))
    .filter(({ times }) => times >= FAR)
    .sort((a, b) => b.times - a.times)
    .map(({ now, once, scalar }) => {
      const text = (value: number) => scalar?.text(value) ?? String(value);
      return `${scalar?.label}: now usually ${text(now)} in 10 s, at the anchor up to ${text(once)}`;
    });
}

/** What the anchor says of strange windows, the most frequent first. */
function reasons(windows: readonly KeptWindow[], anchor: CalibratedModel): string[] {
  const seen = new Map<string, { count: number; text: string }>();
  for (const { window } of windows)
    for (const { feature, observed, usual } of anchor.explain(window, 2)) {
      const known = seen.get(feature);
      if (known) known.count++;
      else seen.set(feature, { count: 1, text: `${feature}: ${observed}, at the anchor ${usual}` });
    }
  return [...seen.values()].sort((a, b) => b.count - a.count).map(({ count, text }) => `${text} (${count} windows)`);
}
