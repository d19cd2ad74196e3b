import { type SavedDistribution, ScoreDistribution } from './score-distribution.ts';

/** A distribution and what it counts for; weights of a mixture add up to 1. */
export interface Component {
  readonly weight: number;
  readonly distribution: ScoreDistribution;
}

export type SavedMixture = readonly { readonly weight: number; readonly distribution: SavedDistribution }[];

/** Values of its own after which a prior counts for half. */
const PRIOR_COUNTS = 360;

/** Decades beyond what was seen that a tail may be trusted for, at most. */
const MOST_BEYOND = 3;

/** What a workload itself has shown, the first component, blended with what workloads like it have. */
export class ScoreMixture {
  readonly #components: readonly Component[];

  constructor(components: readonly Component[]) {
    this.#components = components;
  }

  /**
   * The more values of its own, the less the priors say: their weight is `360 / (n + 360)`, shared by how many values
   * they have seen themselves.
   */
  static of(own: ScoreDistribution, priors: readonly ScoreDistribution[]): ScoreMixture {
    const useful = priors.filter(({ size }) => size > 0);
    const known = useful.reduce((sum, { size }) => sum + size, 0);
    if (known === 0) return new ScoreMixture([{ weight: 1, distribution: own }]);
    const counts = Math.min(known, PRIOR_COUNTS);
    const weight = counts / (own.size + counts);
    return new ScoreMixture([
      { weight: 1 - weight, distribution: own },
      ...useful.map((distribution) => ({ weight: (weight * distribution.size) / known, distribution })),
    ]);
  }

  static from(saved: SavedMixture): ScoreMixture {
    return new ScoreMixture(
      saved.map(({ weight, distribution }) => ({ weight, distribution: new ScoreDistribution(distribution) })),
    );
  }

  /** What the workload itself has shown. */
  get own(): ScoreDistribution | undefined {
    return this.#components[0]?.distribution;
  }

  /** Share that comes from priors. */
  get priorShare(): number {
    return 1 - (this.#components[0]?.weight ?? 1);
  }

  /**
   * The highest score that so many values can stand for: as far again as they reach themselves, with 60 values 1 in 3600.
   * What lies beyond is not known, however far out it is.
   */
  get limit(): number {
    const size = Math.max(0, ...this.#components.map(({ distribution }) => distribution.size));
    const known = Math.log10(size + 1);
    return known + Math.min(known, MOST_BEYOND);
  }

  get saved(): SavedMixture {
    return this.#components.map(({ weight, distribution }) => ({ weight, distribution: distribution.saved }));
  }

  /** -log10 p of a value. */
  score(value: number): number {
    let chance = 0;
    for (const { weight, distribution } of this.#components) chance += weight * 10 ** -distribution.score(value);
    return chance > 0 ? -Math.log10(chance) : 0;
  }
}
