import { type FeatureWindow, WINDOW_FIRST, WINDOW_LAST } from '../features/feature-window.ts';
import type { ModelBundle } from '../models/bundle.ts';
import type { Contribution } from '../models/model.ts';
import type { BehaviourScore } from './behaviour-score.ts';
import { fuse } from './fuse.ts';
import { readCalibratedModel, writeCalibratedModel } from './model-codec.ts';
import type { ScoreMixture } from './score-mixture.ts';
import type { UsualAmounts } from './usual-amounts.ts';

/** What raw scores mean. */
export interface ScoreCalibration {
  /** By index of PARTS; undefined where a part had nothing to say of any held-out window. */
  readonly parts: readonly (ScoreMixture | undefined)[];
  /** Of the fused score. */
  readonly fused: ScoreMixture;
}

/**
 * What raw scores of windows of one length mean. Windows in which a container starts or stops are compared with such windows
 * alone: to all others they are strange, and what is as strange as a start would be no news.
 */
export interface LengthCalibration {
  /** Undefined where no such window was held out: of these nothing is said. */
  readonly steady: ScoreCalibration | undefined;
  readonly edge: ScoreCalibration | undefined;
  readonly usual: UsualAmounts;
}

export interface CalibratedModelData {
  readonly bundle: ModelBundle;
  /** Windows of 10 s and containers that it was learned from. */
  readonly windows: number;
  readonly runs: number;
  readonly ten: LengthCalibration;
  readonly sixty: LengthCalibration;
}

/** The models of one workload with what their raw scores mean: p-values, calibrated on containers that were held out. */
export class CalibratedModel {
  readonly #data: CalibratedModelData;
  #saved: Uint8Array | undefined;

  constructor(data: CalibratedModelData) {
    this.#data = data;
  }

  /** @throws ModelError MODEL_MALFORMED, MODEL_VERSION */
  static load(bytes: Uint8Array): CalibratedModel {
    return new CalibratedModel(readCalibratedModel(bytes));
  }

  save(): Uint8Array {
    this.#saved ??= writeCalibratedModel(this.#data);
    return this.#saved;
  }

  /** Of the saved model. */
  get bytes(): number {
    return this.save().length;
  }

  /** Windows of 10 s that it was learned from. */
  get windows(): number {
    return this.#data.windows;
  }

  /** Containers that they came from. */
  get runs(): number {
    return this.#data.runs;
  }

  /** Share of the calibration of 10 s windows that comes from priors. */
  get priorShare(): number {
    return this.#data.ten.steady?.fused.priorShare ?? 0;
  }

  calibration(seconds: number): LengthCalibration {
    return seconds >= 60 ? this.#data.sixty : this.#data.ten;
  }

  /** @param window of 10 s or 60 s */
  score(window: FeatureWindow): BehaviourScore {
    const { steady, edge } = this.calibration(window.seconds);
    const calibration = isEdge(window) ? edge : steady;
    const parts = partScores(calibration, this.#data.bundle.parts(window));
    const fused = fuse(parts);
    const abstains = calibration === undefined || Number.isNaN(fused);
    return { value: abstains ? 0 : fusedScore(calibration, fused), parts, abstains };
  }

  /** The heaviest reasons first. */
  explain(window: FeatureWindow, most: number): Contribution[] {
    return this.#data.bundle.explain(window, most);
  }
}

/** Whether a container starts or stops in it. */
export const isEdge = ({ flags }: Pick<FeatureWindow, 'flags'>): boolean =>
  (flags & (WINDOW_FIRST | WINDOW_LAST)) !== 0;

/** -log10 p by part; NaN abstains. */
export function partScores(calibration: Pick<ScoreCalibration, 'parts'> | undefined, raw: Float64Array): Float64Array {
  return raw.map((value, part) => {
    const mixture = calibration?.parts[part];
    return mixture === undefined || Number.isNaN(value) ? Number.NaN : mixture.score(value);
  });
}

/** -log10 p of a fused score, no further than what is known reaches. */
export const fusedScore = ({ fused }: Pick<ScoreCalibration, 'fused'>, value: number): number =>
  Math.min(fused.limit, fused.score(value));
