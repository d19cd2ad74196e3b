import { quantile } from '../statistics.ts';
import type { Algorithm } from './algorithm.ts';
import { comparable, orLowest } from './comparable.ts';
import { guardLeaks } from './data/leak-guard.ts';
import type { Labelled } from './metrics/labelled.ts';
import type { Sample, Split } from './sample.ts';

/** Shares of false alarms that thresholds are chosen for without the test data. */
export const TARGETS = [0.05, 0.01] as const;

/** At thresholds chosen from calibration samples, one for each workload. */
export interface OperatingPoint {
  readonly target: number;
  /** Share of ordinary test samples above it. */
  readonly falsePositives: number;
  /** Share of attack samples above it. */
  readonly found: number;
  /** Share of attacks with one sample above it or more. */
  readonly attacksFound: number;
}

/** What one algorithm did with one split. */
export interface Evaluation {
  /** With scores that can be compared over workloads. */
  readonly labels: readonly Labelled[];
  readonly points: readonly OperatingPoint[];
  /** A model, on average over the workloads. */
  readonly fitMs: number;
  readonly bytes: number;
  /** A sample, on average. */
  readonly scoreUs: number;
}

/**
 * A model for each workload. Chooses its threshold with a model that has not seen the calibration samples, then learns from
 * both and scores the test samples, as one would before going live.
 * @throws DataError when parts of the split share a run
 */
export async function evaluate(algorithm: Algorithm, split: Split, seed: number): Promise<Evaluation> {
  guardLeaks(split);
  const workloads = [...new Set(split.test.map(({ workload }) => workload))];
  const judged: Judged[] = [];
  for (const workload of workloads) judged.push(await judge(algorithm, of(split, workload), seed));
  const points = TARGETS.map((target, at) => operatingPoint(target, at, judged));
  const mean = (value: (one: Judged) => number) => judged.reduce((sum, one) => sum + value(one), 0) / judged.length;
  return {
    labels: judged.flatMap(({ labels }) => labels),
    points,
    fitMs: mean(({ fitMs }) => fitMs),
    bytes: mean(({ bytes }) => bytes),
    scoreUs: (1000 * judged.reduce((sum, { scoreMs }) => sum + scoreMs, 0)) / split.test.length,
  };
}

/** One workload. */
interface Judged {
  readonly labels: readonly Labelled[];
  /** In the order of TARGETS. */
  readonly thresholds: readonly number[];
  readonly fitMs: number;
  readonly scoreMs: number;
  readonly bytes: number;
}

async function judge(algorithm: Algorithm, { train, calibration, test }: Split, seed: number): Promise<Judged> {
  const held = await scored(algorithm, train, calibration, seed);
  const { scores, ...costs } = await scored(algorithm, [...train, ...calibration], test, seed);
  const scale = algorithm.isComparable ? orLowest : comparable(held.scores);
  return {
    labels: test.map(({ run, attack }, at) => ({
      run,
      attack: attack !== undefined,
      score: scale(scores[at] ?? Number.NaN),
    })),
    thresholds: TARGETS.map((target) => quantile([...held.scores].map(scale), 1 - target)),
    ...costs,
  };
}

interface Scored {
  readonly scores: Float64Array;
  readonly fitMs: number;
  readonly scoreMs: number;
  readonly bytes: number;
}

async function scored(
  algorithm: Algorithm,
  train: readonly Sample[],
  samples: readonly Sample[],
  seed: number,
): Promise<Scored> {
  const start = performance.now();
  const fitted = await algorithm.fit(train, seed);
  const fittedAt = performance.now();
  const scores = await fitted.score(samples);
  return {
    scores,
    fitMs: fitted.times?.fitMs ?? fittedAt - start,
    scoreMs: fitted.times?.scoreMs ?? performance.now() - fittedAt,
    bytes: fitted.bytes,
  };
}

function operatingPoint(target: number, at: number, judged: readonly Judged[]): OperatingPoint {
  const rows = judged.flatMap(({ labels, thresholds }) =>
    labels.map(({ run, attack, score }) => ({ run, attack, isAbove: score > (thresholds[at] ?? 0) })),
  );
  const share = (some: readonly { isAbove: boolean }[]) => some.filter(({ isAbove }) => isAbove).length / some.length;
  const attacks = rows.filter(({ attack }) => attack);
  const runs = [...Map.groupBy(attacks, ({ run }) => run).values()];
  return {
    target,
    falsePositives: share(rows.filter(({ attack }) => !attack)),
    found: share(attacks),
    attacksFound: share(runs.map((own) => ({ isAbove: own.some(({ isAbove }) => isAbove) }))),
  };
}

function of({ train, calibration, test }: Split, workload: string): Split {
  const own = (samples: readonly Sample[]) => samples.filter((sample) => sample.workload === workload);
  return { train: own(train), calibration: own(calibration), test: own(test) };
}
