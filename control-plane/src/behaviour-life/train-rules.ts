import type { BehaviourSettings } from '../detection/anomaly/engine/behaviour-program.ts';
import { FEWEST_WINDOWS } from '../detection/anomaly/learning/train.ts';
import type { TrainReport } from '../detection/anomaly/learning/train-report.ts';
import type { MaterialTotals } from '../store/behaviour/behaviour-material-store.ts';
import type { WorkloadRecord } from '../store/behaviour/behaviour-store.ts';

const MINUTE_MS = 60_000;
const WINDOWS_PER_MINUTE = 6;
/** Containers seen from start to end that stand for the time of learning: short jobs never get to an hour. */
const ENOUGH_RUNS = 5;
/** New windows that are worth a training: a part of those before, within bounds. */
const STEP = { part: 1 / 4, least: 256, most: 8192 } as const;
/** Times between two looks after which a training that went wrong is tried again. */
const WAIT_AFTER_FAILURE = 10;

/** Whether a workload has seen so much that is new that a training is worth it. @param now ms since 1970 */
export function isDue(
  workload: WorkloadRecord,
  totals: MaterialTotals | undefined,
  settings: Pick<BehaviourSettings, 'learningMinutes' | 'trainSeconds'>,
  now: number,
): boolean {
  if (!totals || totals.windows < FEWEST_WINDOWS || workload.paused) return false;
  const wait = WAIT_AFTER_FAILURE * settings.trainSeconds * 1000;
  if (workload.failure && now < workload.failure.time + wait) return false;
  // fewer than before where a partition had to begin anew: all of it is news, but what is in use was made of more
  const isAnew = totals.windows < workload.trainedWindows;
  const fresh = isAnew ? totals.windows : totals.windows - workload.trainedWindows;
  const isOver = hasLearned(totals, fresh, settings.learningMinutes);
  if (workload.stage === 'learning') return isOver;
  if (isAnew && !isOver) return false;
  const step = Math.min(STEP.most, Math.max(STEP.least, workload.trainedWindows * STEP.part));
  return fresh >= step;
}

/** So long a time was observed, by the clock and by windows; many containers together do not make an hour shorter. */
function hasLearned({ completeRuns, first, time }: MaterialTotals, fresh: number, minutes: number): boolean {
  if (completeRuns >= ENOUGH_RUNS && fresh > 0) return true;
  return fresh > 0 && fresh >= minutes * WINDOWS_PER_MINUTE && time - first >= (minutes - 1) * MINUTE_MS;
}

/** What becomes of a version that was just trained. */
export interface Verdict {
  readonly stage: WorkloadRecord['stage'];
  /** Whether it scores from now on. */
  readonly isUsed: boolean;
  /** Whether somebody or the policy stands by it: then another image may use it, and it may become the anchor. */
  readonly isAccepted: boolean;
  /** Why it waits for an operator; undefined when it does not. */
  readonly why: string | undefined;
}

/** Decides by the report of a training, the policy, and what operators said about the workload. */
export function verdictOf(
  workload: WorkloadRecord,
  report: Pick<TrainReport, 'heldOut' | 'anchor'>,
  settings: Pick<BehaviourSettings, 'review' | 'alarmsPerDay'>,
): Verdict {
  const { stage, pinned } = workload;
  const why = objection(workload, report, settings);
  if (stage === 'monitor' || stage === 'enforce') {
    const isUsed = why === undefined && !pinned;
    return { stage, isUsed, isAccepted: isUsed, why: why ?? (pinned ? PINNED : undefined) };
  }
  // nothing alerts yet, so that the newest may score while it waits
  if (pinned) return { stage, isUsed: false, isAccepted: false, why: why ?? PINNED };
  if (why !== undefined) return { stage: 'review', isUsed: true, isAccepted: false, why };
  if (settings.review === 'manual') return { stage: 'review', isUsed: true, isAccepted: false, why: MANUAL };
  return { stage: 'monitor', isUsed: true, isAccepted: true, why: undefined };
}

const PINNED = 'an operator chose the version that scores: promote this one, or say that newer ones are used';
const MANUAL = 'this server asks an operator to look at models before they alert: set the stage to monitor';

/** What speaks against a version; the rate of alarms does so only when chance can not explain it. */
function objection(
  { target }: WorkloadRecord,
  { heldOut, anchor }: Pick<TrainReport, 'heldOut' | 'anchor'>,
  { alarmsPerDay }: Pick<BehaviourSettings, 'alarmsPerDay'>,
): string | undefined {
  if (anchor && !anchor.holds) return `it is far from what was accepted first: ${anchorDriftOf(anchor)}`;
  const most = target ?? alarmsPerDay;
  if (heldOut.low <= most) return undefined;
  const days = heldOut.containerDays.toFixed(2);
  return `windows that it was not trained on gave ${heldOut.perDay.toFixed(1)} alarms for each container and day over ${days} days (at least ${heldOut.low.toFixed(1)}), and ${most} are put up with`;
}

/** How far a model is from the one that was accepted first, in words. */
export function anchorDriftOf(anchor: NonNullable<TrainReport['anchor']>): string {
  const share = `${(anchor.strange * 100).toFixed(1)} % of the windows are strange to it, up to ${(anchor.bound * 100).toFixed(1)} % are usual`;
  return anchor.moved.length > 0 ? `${anchor.moved.join('; ')} (${share})` : share;
}
