import { ModelBundle } from '../models/bundle.ts';
import type { Folds } from './folds.ts';
import type { KeptWindow } from './material.ts';

/** A window and what models that have not seen its container say of it: raw scores, by index of PARTS. */
export interface HeldOutRow {
  readonly kept: KeptWindow;
  readonly fold: number;
  readonly raw: Float64Array;
}

/** Judges each part of the windows by a model that was made of the others. */
export function heldOutRows(windows: readonly KeptWindow[], folds: Folds, seed: number): HeldOutRow[] {
  const byFold = Map.groupBy(windows, (window) => folds.foldOf(window));
  const rows: HeldOutRow[] = [];
  for (let fold = 0; fold < folds.count; fold++) {
    const others = [...Array(folds.count).keys()].filter((other) => other !== fold);
    const training = others.flatMap((other) => byFold.get(other) ?? []);
    const held = byFold.get(fold) ?? [];
    if (training.length === 0 || held.length === 0) continue;
    const bundle = ModelBundle.train(inTime(training), { seed: seed + fold + 1 });
    for (const kept of held) rows.push({ kept, fold, raw: bundle.parts(kept.window) });
  }
  return rows;
}

/** In the order of time, shorter windows first where they end together. */
export const inTime = (windows: readonly KeptWindow[]): KeptWindow[] =>
  [...windows].sort((a, b) => a.at - b.at || a.window.seconds - b.window.seconds || a.run - b.run);
