import { createHash } from 'node:crypto';
import type { Alert, Priority } from '@picket/sdk';
import { BACKTEST_LIMITS, type BacktestGroup } from '@picket/sdk/client';

/** Alerts that are told apart; those beyond are counted alone. */
const MOST_ALERTS = 100_000;
/** Alerts that are kept whole, to choose examples from. */
const MOST_WHOLE = 2000;
const MOST_GROUPS = 200;
/** Characters of all examples of one kind. */
const EXAMPLE_CHARACTERS = 256 * 1024;

/** One alert by its last revision. */
export interface TalliedAlert {
  readonly uuid: string;
  readonly detector: Alert['detector'];
  /** Rule or title and the event that caused it first: the same for another version of what made it. */
  readonly key: string;
  rule: string;
  priority: Priority;
  output: string;
  namespace: string | null;
  workload: string | null;
  count: number;
  /** The whole alert, of the first ones. */
  whole: Alert | undefined;
}

/** Counts the alerts of a run. Told of every revision in order. */
export class AlertTally {
  readonly #alerts = new Map<string, TalliedAlert>();
  readonly #keys = new Map<string, number>();
  readonly #digest = createHash('sha256');
  #untold = 0;
  #matchesUntold = 0;

  add(alert: Alert): void {
    this.#digest.update(JSON.stringify(alert));
    const known = this.#alerts.get(alert.uuid);
    if (known) tell(known, alert);
    else if (this.#alerts.size < MOST_ALERTS) this.#begin(alert);
    else if (alert.revision === 1) {
      this.#untold++;
      this.#matchesUntold += alert.count;
    }
  }

  get alerts(): Iterable<TalliedAlert> {
    return this.#alerts.values();
  }

  get total(): number {
    return this.#alerts.size + this.#untold;
  }

  get matches(): number {
    return [...this.#alerts.values()].reduce((sum, { count }) => sum + count, this.#matchesUntold);
  }

  /** False when there were more alerts than can be told apart. */
  get isComplete(): boolean {
    return this.#untold === 0;
  }

  /** SHA-256 over every revision, in order. */
  digest(): string {
    return this.#digest.copy().digest('hex');
  }

  /** The largest groups first. */
  groups(): { readonly by: BacktestGroup[]; readonly others: number } {
    const groups = new Map<string, BacktestGroup>();
    for (const { rule, priority, namespace, workload, count } of this.#alerts.values()) {
      const key = JSON.stringify([rule, priority, namespace, workload]);
      const group = groups.get(key) ?? { rule, priority, namespace, workload, alerts: 0, matches: 0 };
      group.alerts++;
      group.matches += count;
      groups.set(key, group);
    }
    const sorted = [...groups.entries()]
      .toSorted(([a, one], [b, other]) => other.alerts - one.alerts || (a < b ? -1 : 1))
      .map(([, group]) => group);
    const others = sorted.slice(MOST_GROUPS).reduce((sum, { alerts }) => sum + alerts, this.#untold);
    return { by: sorted.slice(0, MOST_GROUPS), others };
  }

  /** Full alerts, the first ones of those that are wanted. */
  examples(wanted: (alert: TalliedAlert) => boolean = () => true): Alert[] {
    const chosen: Alert[] = [];
    let characters = 0;
    for (const alert of this.#alerts.values()) {
      if (chosen.length === BACKTEST_LIMITS.examples) break;
      if (!alert.whole || !wanted(alert)) continue;
      characters += JSON.stringify(alert.whole).length;
      if (characters > EXAMPLE_CHARACTERS) break;
      chosen.push(alert.whole);
    }
    return chosen;
  }

  #begin(alert: Alert): void {
    const cause = `${alert.rule}\0${alert.evidence.events.at(-1) ?? alert.time}`;
    // a detector may say several things of one event
    const before = this.#keys.get(cause) ?? 0;
    this.#keys.set(cause, before + 1);
    const tallied = {
      uuid: alert.uuid,
      detector: alert.detector,
      key: `${cause}\0${before}`,
      rule: alert.rule,
      priority: alert.priority,
      output: alert.output,
      namespace: null,
      workload: null,
      count: 0,
      whole: this.#alerts.size < MOST_WHOLE ? alert : undefined,
    };
    tell(tallied, alert);
    this.#alerts.set(alert.uuid, tallied);
  }
}

function tell(tallied: TalliedAlert, alert: Alert): void {
  tallied.rule = alert.rule;
  tallied.priority = alert.priority;
  tallied.output = alert.output;
  tallied.namespace = alert.workload?.namespace ?? null;
  tallied.workload = alert.workload && `${alert.workload.kind}/${alert.workload.name}`;
  tallied.count = alert.count;
  if (tallied.whole) tallied.whole = alert;
}
