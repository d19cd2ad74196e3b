import type { CalibratedModel } from '../calibration/calibrated-model.ts';
import type { Profile } from '../profiles/profile.ts';

export interface TrainOptions {
  /** The same seed and material give the same model. */
  readonly seed: number;
  /** False alarms that are put up with, for each container and day. */
  readonly alarmsPerDay: number;
  /**
   * Models of the same workload under another image, or of other workloads of the same image: what they saw of ordinary
   * windows counts as long as there are few of its own.
   */
  readonly priors?: readonly CalibratedModel[] | undefined;
  /** The model that was accepted first: a model that went too far from it says so in its report. */
  readonly anchor?: CalibratedModel | undefined;
  /**
   * The profile in use. What an operator said in it goes over, and tokens that it does not know are learned only when they
   * came in three containers or three hours.
   */
  readonly profile?: Profile | undefined;
}
