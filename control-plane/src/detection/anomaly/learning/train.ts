import { CalibratedModel } from '../calibration/calibrated-model.ts';
import { ModelBundle } from '../models/bundle.ts';
import { PARTS } from '../models/parts.ts';
import type { Profile } from '../profiles/profile.ts';
import { compareWithAnchor } from './anchor.ts';
import { type Calibrated, calibrateLength } from './calibrate.ts';
import { foldsOf } from './folds.ts';
import { heldOutRows, inTime } from './held-out.ts';
import { type HeldOutAlarms, heldOutAlarms } from './held-out-alarms.ts';
import { learnProfile } from './learn-profile.ts';
import { LearningError } from './learning-error.ts';
import type { Material } from './material.ts';
import type { TrainOptions } from './train-options.ts';
import type { PartReport, TrainReport } from './train-report.ts';

export interface TrainedModel {
  readonly model: CalibratedModel;
  readonly profile: Profile;
  readonly report: TrainReport;
}

/** Windows of 10 s that a model is made of at least. */
export const FEWEST_WINDOWS = 12;

/**
 * Makes a model of what was learned. Pure: the same material and options give the same bytes.
 * @throws LearningError TRAINING_TOO_LITTLE, MATERIAL_MALFORMED
 */
export function trainModel(material: Material, options: TrainOptions): TrainedModel {
  const ten = material.windows(10);
  const sixty = material.windows(60);
  if (ten.length < FEWEST_WINDOWS) throw tooLittle(ten.length);
  const { seed, priors = [] } = options;
  const folds = foldsOf(ten);
  const all = [...ten, ...sixty];
  const rows = heldOutRows(all, folds, seed);
  const rowsOf = (seconds: number) => rows.filter(({ kept }) => kept.window.seconds === seconds);
  const earlier = (seconds: number) => priors.map((prior) => prior.calibration(seconds));
  const short = calibrateLength(ten, rowsOf(10), earlier(10));
  const long = calibrateLength(sixty, rowsOf(60), earlier(60));
  const { windows, runs, windowsPerDay } = material.stats();
  const model = new CalibratedModel({
    bundle: ModelBundle.train(inTime(all), { seed, known: { windows, runs, tokens: material.tokens() } }),
    ...{ windows, runs, ten: short.calibration, sixty: long.calibration },
  });
  const alarms = heldOutAlarms([...short.scored, ...long.scored], options.alarmsPerDay, windowsPerDay);
  const profile = learnProfile(material, options.profile);
  const report: TrainReport = {
    ...statsOf(material),
    heldOutBy: folds.by,
    folds: folds.count,
    priorShare: model.priorShare,
    target: options.alarmsPerDay,
    heldOut: alarms.rate,
    threshold: alarms.threshold,
    parts: partReports(short, alarms),
    anchor: options.anchor && compareWithAnchor(ten, options.anchor),
    modelBytes: model.bytes,
    profileBytes: profile.bytes,
  };
  return { model, profile, report };
}

function statsOf(material: Material) {
  const { windows, windows60, runs, completeRuns, windowsPerDay, hours, ...rest } = material.stats();
  const { tokens, refused, quarantined, released } = rest;
  return { windows, windows60, runs, completeRuns, windowsPerDay, hours, tokens, refused, quarantined, released };
}

function partReports({ calibration }: Calibrated, { byPart, rate }: HeldOutAlarms): PartReport[] {
  return PARTS.map((part, index) => ({
    part,
    abstains: (calibration.steady ?? calibration.edge)?.parts[index] === undefined,
    alarms: (byPart[index] ?? 0) / Math.max(1, rate.alarms),
  }));
}

const tooLittle = (windows: number) =>
  new LearningError(
    'TRAINING_TOO_LITTLE',
    `${windows} windows are too few for a model: let the workload run on until there are ${FEWEST_WINDOWS}`,
  );
