import {
  fusedScore,
  isEdge,
  type LengthCalibration,
  partScores,
  type ScoreCalibration,
} from '../calibration/calibrated-model.ts';
import { fuse } from '../calibration/fuse.ts';
import { ScoreDistribution } from '../calibration/score-distribution.ts';
import { ScoreMixture } from '../calibration/score-mixture.ts';
import { usualAmounts } from '../calibration/usual-amounts.ts';
import { PARTS, type Part as PartName } from '../models/parts.ts';
import type { HeldOutRow } from './held-out.ts';
import type { KeptWindow } from './material.ts';

/** A held-out window with its score, calibrated on windows of other folds. */
export interface ScoredRow {
  readonly row: HeldOutRow;
  /** -log10 p; 0 when all parts abstain. */
  readonly value: number;
  /** Index of the strangest part; -1 when all abstain. */
  readonly part: number;
}

export interface Calibrated {
  readonly calibration: LengthCalibration;
  readonly scored: readonly ScoredRow[];
}

/** Differences of raw scores that mean nothing: no tail is thinner than that. */
const FLOORS: Readonly<Record<PartName, number>> = {
  amounts: 0.25,
  tokens: 0.5,
  calls: 0.5,
  order: 0.05,
  forest: 0.01,
};
const FUSED_FLOOR = 0.1;

/** Fewer steady windows than that are calibrated together with those in which containers start and stop. */
const FEWEST_STEADY = 12;

/**
 * What raw scores of windows of one length mean.
 * @param kept all windows of the length
 * @param rows those of them that were held out
 */
export function calibrateLength(
  kept: readonly KeptWindow[],
  rows: readonly HeldOutRow[],
  priors: readonly LengthCalibration[],
): Calibrated {
  const edges = rows.filter((row) => isEdge(row.kept.window));
  const others = rows.filter((row) => !isEdge(row.kept.window));
  const isFew = others.length < FEWEST_STEADY;
  const edge = calibrate(
    edges,
    priors.flatMap((prior) => prior.edge ?? []),
  );
  const steady = calibrate(
    isFew ? rows : others,
    priors.flatMap((prior) => prior.steady ?? []),
  );
  const usual = usualAmounts(kept.map(({ window }) => window));
  const scored = [...edge.scored, ...steady.scored.filter(({ row }) => !isEdge(row.kept.window))];
  return { calibration: { edge: edge.calibration, steady: steady.calibration, usual }, scored };
}

interface Part {
  readonly calibration: ScoreCalibration | undefined;
  readonly scored: readonly ScoredRow[];
}

/**
 * The parts become p-values, the highest of them one number, and this again is compared with that of other held-out windows:
 * parts that go together, or tails that were fitted too thin, are put right by that. What a window is compared with is
 * never of its own fold.
 */
function calibrate(rows: readonly HeldOutRow[], priors: readonly ScoreCalibration[]): Part {
  if (rows.length === 0) return { calibration: undefined, scored: [] };
  const folds = [...new Set(rows.map(({ fold }) => fold))];
  const fused = new Map<HeldOutRow, Fused>();
  for (const fold of folds) {
    const parts = partMixtures(
      rows.filter((row) => row.fold !== fold),
      priors,
    );
    for (const row of rows) if (row.fold === fold) fused.set(row, fusedOf(row.raw, parts));
  }
  const scored: ScoredRow[] = [];
  for (const fold of folds) {
    const others = fusedMixture([...fused].filter(([row]) => row.fold !== fold).map(fusedValue), priors);
    for (const [row, { value, part }] of fused)
      if (row.fold === fold) scored.push({ row, part, value: Number.isNaN(value) ? 0 : fusedScore(others, value) });
  }
  const parts = partMixtures(rows, priors);
  return { calibration: { parts, ...fusedMixture([...fused].map(fusedValue), priors) }, scored };
}

/** A fused score, and the part that it comes from; -1 when all abstain. */
interface Fused {
  readonly value: number;
  readonly part: number;
}

const fusedValue = ([, { value }]: readonly [HeldOutRow, Fused]): number => value;

const partMixtures = (rows: readonly HeldOutRow[], priors: readonly ScoreCalibration[]) =>
  PARTS.map((name, part) => {
    const values = Float64Array.from(rows, ({ raw }) => raw[part] ?? Number.NaN);
    if (values.every(Number.isNaN)) return undefined;
    const earlier = priors.flatMap(({ parts }) => parts[part] ?? []);
    return mixture(values, FLOORS[name], earlier);
  });

const fusedMixture = (values: readonly number[], priors: readonly ScoreCalibration[]) => ({
  fused: mixture(
    Float64Array.from(values),
    FUSED_FLOOR,
    priors.map(({ fused }) => fused),
  ),
});

const mixture = (values: Float64Array, floor: number, priors: readonly ScoreMixture[]): ScoreMixture =>
  ScoreMixture.of(
    ScoreDistribution.of(values, floor),
    priors.flatMap(({ own }) => own ?? []),
  );

function fusedOf(raw: Float64Array, parts: readonly (ScoreMixture | undefined)[]): Fused {
  const scores = partScores({ parts }, raw);
  let strangest = -1;
  for (const [part, score] of scores.entries())
    if (!Number.isNaN(score) && !(score <= (scores[strangest] ?? Number.NaN))) strangest = part;
  return { value: fuse(scores), part: strangest };
}
