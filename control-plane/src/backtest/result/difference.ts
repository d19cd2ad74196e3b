import type { BacktestDifference } from '@picket/sdk/client';
import type { AlertTally, TalliedAlert } from './alert-tally.ts';

/** What is compared with what. */
export interface Compared {
  /** What is tried. */
  readonly after: AlertTally;
  /** What runs now, without the parts that are the same in both; undefined when nothing of that name runs. */
  readonly before: AlertTally | undefined;
  /** What runs now, for people. */
  readonly against: string | null;
  /** Whether an alert comes from a part that is the same in both: then both make it. */
  readonly isShared: (alert: TalliedAlert) => boolean;
}

/** Tells which alerts come, go and stay. Alerts are the same when rule or title and the first causing event are. */
export function differenceOf({ after, before, against, isShared }: Compared): BacktestDifference {
  const old = new Map([...(before?.alerts ?? [])].map((alert) => [alert.key, alert]));
  const kept = new Set<string>();
  const added = new Set<TalliedAlert>();
  const counts = { added: 0, gone: 0, same: 0, changed: 0 };
  for (const alert of after.alerts) {
    if (isShared(alert)) {
      counts.same++;
      continue;
    }
    const known = old.get(alert.key);
    if (!known) {
      added.add(alert);
      continue;
    }
    kept.add(alert.key);
    counts.same++;
    if (!isEqual(known, alert)) counts.changed++;
  }
  return {
    ...counts,
    against,
    added: added.size,
    gone: old.size - kept.size,
    added_examples: after.examples((alert) => added.has(alert)),
    gone_examples: before?.examples(({ key }) => !kept.has(key)) ?? [],
    complete: after.isComplete && (before?.isComplete ?? true),
  };
}

const isEqual = (one: TalliedAlert, other: TalliedAlert): boolean =>
  one.count === other.count && one.priority === other.priority && one.output === other.output;
