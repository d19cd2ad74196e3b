/** Scores, -log10 p, from which on windows are told. */
export interface AlarmThreshold {
  /** Told when it comes twice in a row. */
  readonly weak: number;
  /** Told at once. */
  readonly strong: number;
}

/**
 * What becomes of a window: told as `strong` or `weak`; held back because it is the `first` weak one or told a short while
 * ago (`cooldown`); or `usual`.
 */
export type Verdict = 'strong' | 'weak' | 'first' | 'cooldown' | 'usual';

export interface JudgedWindow {
  /** Tells containers apart. */
  readonly container: string;
  readonly seconds: number;
  /** Begin and end, ms of one clock. */
  readonly from: number;
  readonly to: number;
  readonly score: number;
  /** -log10 p of what is new to the profile in it and was not told yet; 0 or left out where nothing is. */
  readonly drift?: number | undefined;
}

export interface PolicyOptions {
  /** The same feature of a container is told once in so long, ms. */
  readonly sameFeatureMs: number;
  /** After an alarm of a container, weak scores of it are not told for so long, ms. */
  readonly weakAfterAlarmMs: number;
  readonly containers: number;
}

const DEFAULTS: PolicyOptions = { sameFeatureMs: 1_800_000, weakAfterAlarmMs: 600_000, containers: 20_000 };
/** Features of a container that are remembered. */
const MOST_FEATURES = 16;

interface Remembered {
  /** End of the last weak window, by length of windows. */
  readonly weak: Map<number, number>;
  /** When each feature was told last, and with which score. */
  readonly told: Map<string, readonly [at: number, score: number]>;
  /** End of the last window that was told. */
  last: number | null;
}

export type SavedPolicy = readonly (readonly [
  container: string,
  weak: readonly (readonly [number, number])[],
  told: readonly (readonly [feature: string, at: number, score: number])[],
  last: number | null,
])[];

/** What is stranger by so much than when its feature was told is told again: ten times rarer. */
const WORSE = 1;

/** What the weaker of two signs counts for, and what both must be at least. */
const FURTHER = 0.5;
const SIGN = 1;

/**
 * A strange score and something new in the same window say more than either. They often go together by themselves, so that
 * the weaker one counts half.
 */
export const jointScore = (score: number, drift = 0): number =>
  score >= SIGN && drift >= SIGN
    ? Math.max(score, Math.max(score, drift) + FURTHER * (Math.min(score, drift) - SIGN))
    : score;

/**
 * Which scores are told. One high score in a day is chance, two in a row rarely are: weak ones must come twice, or in a
 * window of 60 s and in one of 10 s of it. What was told is not told again at once. A strong score of a feature that was
 * not told yet, or was told with a clearly lower score, is always told: who raises a small alarm first hides nothing by it.
 */
export class AlarmPolicy {
  readonly #options: PolicyOptions;
  readonly #containers = new Map<string, Remembered>();

  constructor(options: Partial<PolicyOptions> = {}) {
    this.#options = { ...DEFAULTS, ...options };
  }

  /** @param feature what makes the window strange; only asked for windows that may be told */
  judge(window: JudgedWindow, threshold: AlarmThreshold, feature: () => string): Verdict {
    const score = jointScore(window.score, window.drift);
    if (!(score >= Math.min(threshold.weak, threshold.strong))) return 'usual';
    const remembered = this.#of(window.container);
    const isSecond = this.#noteWeak(remembered, window);
    const isStrong = score >= threshold.strong;
    if (!isStrong && !isSecond) return 'first';
    const { sameFeatureMs, weakAfterAlarmMs } = this.#options;
    if (!isStrong && remembered.last !== null && window.to - remembered.last < weakAfterAlarmMs) return 'cooldown';
    const name = feature();
    const told = remembered.told.get(name);
    if (told && window.to - told[0] < sameFeatureMs && !(isStrong && score >= told[1] + WORSE)) return 'cooldown';
    this.#tell(remembered, name, window.to, score);
    return isStrong ? 'strong' : 'weak';
  }

  /** The container is gone. */
  forget(container: string): void {
    this.#containers.delete(container);
  }

  saved(): SavedPolicy {
    return [...this.#containers].map(([name, { weak, told, last }]) => [
      name,
      [...weak],
      [...told].map(([feature, [at, score]]) => [feature, at, score] as const),
      last,
    ]);
  }

  restore(saved: SavedPolicy): void {
    this.#containers.clear();
    for (const [name, weak, told, last] of saved)
      this.#containers.set(name, {
        weak: new Map(weak),
        told: new Map(told.map(([feature, at, score]) => [feature, [at, score]])),
        last,
      });
  }

  /** @returns whether the window of the same length just before it was weak too, or a shorter one in it */
  #noteWeak({ weak }: Remembered, { seconds, from, to }: JudgedWindow): boolean {
    const before = weak.get(seconds);
    weak.set(seconds, to);
    if (before === from) return true;
    return [...weak].some(([shorter, end]) => shorter < seconds && end > from && end <= to);
  }

  #tell(remembered: Remembered, name: string, at: number, score: number): void {
    remembered.told.delete(name);
    remembered.told.set(name, [at, score]);
    remembered.last = at;
    for (const oldest of remembered.told.keys()) {
      if (remembered.told.size <= MOST_FEATURES) break;
      remembered.told.delete(oldest);
    }
  }

  #of(container: string): Remembered {
    const remembered = this.#containers.get(container) ?? {
      weak: new Map(),
      told: new Map(),
      last: null,
    };
    this.#containers.delete(container);
    this.#containers.set(container, remembered);
    for (const oldest of this.#containers.keys()) {
      if (this.#containers.size <= this.#options.containers) break;
      this.#containers.delete(oldest);
    }
    return remembered;
  }
}
