import { poissonInterval } from '../calibration/poisson-interval.ts';
import { AlarmPolicy } from '../calibration/policy.ts';
import { PARTS } from '../models/parts.ts';
import type { ScoredRow } from './calibrate.ts';
import { type BehaviourThresholds, MOST_TEN, type OrderedScore, repeatsOf, thresholdsFor } from './thresholds.ts';
import type { HeldOutRate } from './train-report.ts';

export interface HeldOutAlarms {
  readonly threshold: BehaviourThresholds;
  readonly rate: HeldOutRate;
  /** Alarms by index of PARTS. */
  readonly byPart: readonly number[];
}

const SECONDS_PER_DAY = 86_400;
/** How far thresholds are raised above what the calibration asks for, and in which steps. */
const MOST_RAISE = 2;
const STEP = 0.1;

/**
 * Chooses thresholds, and counts the alarms that held-out windows would have raised: where there are clearly more than the
 * target, the thresholds go up. Alarms about new tokens are not among them.
 * @param rows of 10 s and 60 s windows
 * @param windowsPerDay windows of 10 s that a container has in a day
 */
export function heldOutAlarms(rows: readonly ScoredRow[], alarmsPerDay: number, windowsPerDay: number): HeldOutAlarms {
  const sorted = [...rows].sort(
    ({ row: { kept: a } }, { row: { kept: b } }) => a.at - b.at || a.run - b.run || a.window.seconds - b.window.seconds,
  );
  const seconds = sorted.reduce((sum, { row }) => sum + (row.kept.window.seconds === 10 ? 10 : 0), 0);
  const containerDays = (seconds / SECONDS_PER_DAY) * (MOST_TEN / windowsPerDay);
  const base = thresholdsFor(alarmsPerDay, repeatsOf(ordered(sorted)), windowsPerDay);
  for (let raise = 0; ; raise += STEP) {
    const threshold = { drift: base.drift, weak: base.weak + raise, strong: base.strong + raise };
    const byPart = simulate(sorted, threshold);
    const alarms = byPart.reduce((sum, count) => sum + count, 0);
    const surely = poissonInterval(alarms, 0.2).low;
    if (surely <= alarmsPerDay * containerDays || raise >= MOST_RAISE)
      return { threshold, byPart, rate: rateOf(alarms, containerDays) };
  }
}

function rateOf(alarms: number, containerDays: number): HeldOutRate {
  const { low, high } = poissonInterval(alarms);
  const perDay = (count: number) => (containerDays > 0 ? count / containerDays : 0);
  return { alarms, containerDays, perDay: perDay(alarms), low: perDay(low), high: perDay(high) };
}

/** Scores of 10 s windows with those of the next one and the minute around, where these were kept and held out too. */
function ordered(rows: readonly ScoredRow[]): OrderedScore[] {
  const place = (run: number, seconds: number, from: number) => `${run} ${seconds} ${from}`;
  const byPlace = new Map(
    rows.map(({ row: { kept }, value }) => [place(kept.run, kept.window.seconds, kept.window.from), value]),
  );
  return rows.flatMap(({ row: { kept }, value }) => {
    const { seconds, from, to } = kept.window;
    if (seconds !== 10) return [];
    const next = byPlace.get(place(kept.run, 10, to));
    const around = byPlace.get(place(kept.run, 60, from - (from % 60_000)));
    return [{ value, others: [next, around].filter((other) => other !== undefined) }];
  });
}

function simulate(rows: readonly ScoredRow[], threshold: BehaviourThresholds): number[] {
  const policy = new AlarmPolicy();
  const byPart = PARTS.map(() => 0);
  for (const { row, value, part } of rows) {
    const { window, run } = row.kept;
    const { seconds, from, to } = window;
    const verdict = policy.judge({ container: String(run), seconds, from, to, score: value }, threshold, () =>
      String(part),
    );
    if (verdict === 'strong' || verdict === 'weak') byPart[part] = (byPart[part] ?? 0) + 1;
  }
  return byPart;
}
