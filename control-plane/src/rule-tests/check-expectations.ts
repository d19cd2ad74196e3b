import type { Alert } from '@picket/sdk';
import type { RuleTest } from './read-rule-tests.ts';
import type { Expectation } from './rule-test-schema.ts';

/** Something that came out otherwise than a test says. */
export interface Difference {
  /** Rule that it is about; undefined when it is about none. */
  readonly rule: string | undefined;
  readonly expected: string;
  /** What came instead, a line each. */
  readonly got: readonly string[];
  /** Why, where that is known: what stood between the events and a match. */
  readonly hints: readonly string[];
}

const MOST_SHOWN = 5;

/** Compares the alerts of a run with what a test expects of it. */
export function checkExpectations(test: RuleTest, alerts: readonly Alert[]): Difference[] {
  const covered = new Set<Alert>();
  const differences = test.expect.flatMap((wanted) => {
    const found = alerts.filter((alert) => fits(alert, wanted));
    for (const alert of found) covered.add(alert);
    const difference = compare(wanted, found, alerts);
    return difference ? [difference] : [];
  });
  const { expectNone } = test;
  const unwanted = alerts.filter((alert) =>
    expectNone === true ? !covered.has(alert) : expectNone.includes(alert.rule) && !covered.has(alert),
  );
  if (unwanted.length === 0) return differences;
  const expected = expectNone === true ? 'no other alert' : 'no alert of this rule';
  const rules = new Set(unwanted.map(({ rule }) => rule));
  const tooMany = [...rules].map((rule): Difference => {
    const got = shown(unwanted.filter((alert) => alert.rule === rule));
    return { rule, expected, got, hints: [] };
  });
  return [...differences, ...tooMany];
}

function fits(alert: Alert, { rule, priority, output, fields = {} }: Expectation): boolean {
  if (alert.rule !== rule) return false;
  if (priority !== undefined && alert.priority !== priority) return false;
  if (output !== undefined && !alert.output.includes(output)) return false;
  return Object.entries(fields).every(([name, value]) => same(alert.output_fields[name], value));
}

type Value = string | number | boolean | null;

/** A field without a value is null. Large numbers are texts in some alerts, so texts are compared. */
const same = (got: Value | undefined, wanted: Value): boolean => String(got ?? null) === String(wanted);

function compare(wanted: Expectation, found: readonly Alert[], all: readonly Alert[]): Difference | undefined {
  const { rule, count, alerts } = wanted;
  const events = found.reduce((sum, alert) => sum + alert.count, 0);
  const fitsCount = count === undefined || events === count;
  const fitsAlerts = alerts === undefined ? found.length > 0 : found.length === alerts;
  if (fitsCount && fitsAlerts) return undefined;
  const ofRule = all.filter((alert) => alert.rule === rule);
  const got =
    found.length > 0
      ? [`${plural(found.length, 'alert')} for ${plural(events, 'event')}`, ...shown(found, wanted)]
      : ['no such alert', ...shown(ofRule, wanted)];
  return { rule, expected: describe(wanted), got, hints: [] };
}

/** An expectation in one line. */
function describe({ count, alerts, priority, output, fields = {} }: Expectation): string {
  const parts = [
    alerts === undefined ? 'an alert' : plural(alerts, 'alert'),
    ...(count === undefined ? [] : [`for ${plural(count, 'event')}`]),
    ...(priority === undefined ? [] : [`of priority ${priority}`]),
    ...(output === undefined ? [] : [`that says ${JSON.stringify(output)}`]),
    ...Object.entries(fields).map(([name, value]) => `${name}=${JSON.stringify(value)}`),
  ];
  return parts.join(' ');
}

/** Alerts in a line each; of the fields those that were asked for. */
function shown(alerts: readonly Alert[], wanted?: Expectation): string[] {
  const names = Object.keys(wanted?.fields ?? {});
  const lines = alerts.slice(0, MOST_SHOWN).map((alert) => {
    const fields = names.map((name) => `${name}=${JSON.stringify(alert.output_fields[name] ?? null)}`);
    const text = fields.length > 0 ? fields.join(' ') : alert.output;
    return `${alert.priority} (${plural(alert.count, 'event')}): ${text}`;
  });
  const left = alerts.length - lines.length;
  return left > 0 ? [...lines, `and ${left} more`] : lines;
}

const plural = (n: number, one: string): string => `${n} ${one}${n === 1 ? '' : 's'}`;
