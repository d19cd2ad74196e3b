import type { AlarmThreshold } from '../calibration/policy.ts';

export interface BehaviourThresholds extends AlarmThreshold {
  /** For what is not in the profile. */
  readonly drift: number;
}

/** Windows of 10 s and of 60 s of a container in a day that never rests. */
export const MOST_TEN = 8640;
const MOST_SIXTY = 1440;
/** Containers that rest nearly always may be busy one day. */
const FEWEST_TEN = 500;
/** What of the alarms each way of raising them may take. */
const SHARES = { strong: 0.25, weak: 0.25, drift: 0.5 };
/** Between which the chance is put that a strange window is followed by another one. */
const REPEATS = { least: 0.05, most: 0.9 };

/**
 * Scores that keep to a number of alarms a day: `windows * p` for strong ones, `windows * p * repeats` for weak ones, which
 * must come twice.
 * @param alarmsPerDay for each container
 * @param repeats chance that a strange window is followed by another strange one
 * @param windowsPerDay windows of 10 s that a container has in a day: there is none where nothing happens
 */
export function thresholdsFor(alarmsPerDay: number, repeats: number, windowsPerDay = MOST_TEN): BehaviourThresholds {
  const ten = Math.min(MOST_TEN, Math.max(FEWEST_TEN, windowsPerDay));
  const all = ten + Math.min(MOST_SIXTY, ten);
  const again = Math.min(REPEATS.most, Math.max(REPEATS.least, repeats));
  const score = (share: number, windows: number) => -Math.log10(Math.min(0.5, (share * alarmsPerDay) / windows));
  const strong = score(SHARES.strong, all);
  return {
    // tokens are looked for in windows of 10 s alone
    drift: score(SHARES.drift, ten),
    weak: Math.min(strong, score(SHARES.weak, all * again)),
    strong,
  };
}

/** A score, and those of the windows that could bear it out: the next one, and the longer one that holds it. */
export interface OrderedScore {
  readonly value: number;
  readonly others: readonly number[];
}

/** How often a strange window was borne out by another one. Where few were strange, a third of the time. */
export function repeatsOf(scores: readonly OrderedScore[], level = 1.3): number {
  let strange = 0;
  let again = 0;
  for (const { value, others } of scores) {
    if (value < level || others.length === 0) continue;
    strange++;
    if (others.some((other) => other >= level)) again++;
  }
  return (again + 1) / (strange + 3);
}
