import { messageOf } from '@picket/sdk';
import type { BehaviourScore } from '../calibration/behaviour-score.ts';
import type { FeatureWindow } from '../features/feature-window.ts';
import type { Contribution } from '../models/model.ts';
import { type Drift, type DriftOptions, driftOf } from '../profiles/drift.ts';
import type { BehaviourProgram, LiveWorkload } from './behaviour-program.ts';

/** Told once for each version that failed. */
export type OnModelFailure = (live: LiveWorkload, error: unknown) => void;

/**
 * Asks models and profiles, whatever they do: one that throws, or whose score is no number, is switched off until its workload
 * has another version. A batch is never harmed.
 */
export class ModelGuard {
  readonly #onFailure: OnModelFailure;
  /** Versions that failed, and why. */
  readonly #failed = new Map<string, string>();
  /** Of them those that an alert must still tell of. */
  readonly #untold = new Set<string>();
  failures = 0;

  constructor(onFailure: OnModelFailure = () => undefined) {
    this.#onFailure = onFailure;
  }

  /** Undefined when the model abstains, fails, or has failed before. */
  score(live: LiveWorkload, window: FeatureWindow): BehaviourScore | undefined {
    const { model } = live;
    const score = model && this.#ask(live, () => checked(model.score(window)));
    return score?.abstains ? undefined : score;
  }

  explain(live: LiveWorkload, window: FeatureWindow, most: number): Contribution[] {
    return this.#ask(live, () => live.model?.explain(window, most)) ?? [];
  }

  drift(live: LiveWorkload, tokens: Iterable<string>, options: DriftOptions): Drift | undefined {
    return this.#ask(live, () => driftOf(live.profile, tokens, options));
  }

  /** Whether the profile has a token; undefined when it can not be asked. */
  knows(live: LiveWorkload, token: string): boolean | undefined {
    return this.#ask(live, () => live.profile.knows(token));
  }

  /** Why the model of a workload failed, when no alert has told of it yet. */
  takeFailure({ versionId }: LiveWorkload): string | undefined {
    return this.#untold.delete(versionId) ? this.#failed.get(versionId) : undefined;
  }

  /** Forgets versions that are no longer used. */
  keepOnly({ workloads }: BehaviourProgram): void {
    if (this.#failed.size === 0) return;
    const used = new Set(workloads.map(({ versionId }) => versionId));
    for (const version of this.#failed.keys())
      if (!used.has(version)) {
        this.#failed.delete(version);
        this.#untold.delete(version);
      }
  }

  #ask<T>(live: LiveWorkload, ask: () => T): T | undefined {
    if (this.#failed.has(live.versionId)) return undefined;
    try {
      return ask();
    } catch (error) {
      this.failures++;
      this.#failed.set(live.versionId, messageOf(error).slice(0, 300));
      this.#untold.add(live.versionId);
      this.#onFailure(live, error);
      return undefined;
    }
  }

  save(): [string, string][] {
    return [...this.#failed];
  }

  restore(saved: readonly (readonly [string, string])[]): void {
    this.#untold.clear();
    this.#failed.clear();
    for (const [version, why] of saved) this.#failed.set(version, why);
  }
}

function checked(score: BehaviourScore): BehaviourScore {
  if (Number.isNaN(score.value)) throw new Error('its score is not a number');
  return score;
}
