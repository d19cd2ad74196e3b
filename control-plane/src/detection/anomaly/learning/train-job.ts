import type { LearningErrorCode } from './learning-error.ts';
import type { TrainReport } from './train-report.ts';

/** What is to be trained, as bytes. */
export interface TrainJob {
  /** Materials of the partitions, one of each. */
  readonly materials: readonly Uint8Array[];
  readonly seed: number;
  readonly alarmsPerDay: number;
  /** `CalibratedModel.save()` */
  readonly priors?: readonly Uint8Array[] | undefined;
  readonly anchor?: Uint8Array | undefined;
  /** `Profile.save()` of the one in use. */
  readonly profile?: Uint8Array | undefined;
}

/** What came of it, as bytes. */
export interface TrainedBytes {
  readonly model: Uint8Array;
  readonly profile: Uint8Array;
  readonly report: TrainReport;
}

/** What the thread of a training says at its end. */
export type TrainMessage =
  | { readonly type: 'done'; readonly trained: TrainedBytes }
  | { readonly type: 'failed'; readonly code: LearningErrorCode; readonly message: string };
