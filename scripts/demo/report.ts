import { formatAlert } from '@picket/cli';
import type { Arrival } from './alert-watch.ts';
import type { Outcome } from './play.ts';

/** Distinct rules that the attack has to raise for the demo to count as a success. */
export const LEAST_RULES = 8;

const latency = ({ at, eventAt }: Arrival) => Math.max(0, Math.round(at - eventAt));

/** An alert on two lines with the time from event to arrival. */
export function describeArrival(arrival: Arrival): string[] {
  const [first, second] = formatAlert(arrival.alert);
  return [`    ${first} · after ${latency(arrival)} ms`, `    ${second}`];
}

const rulesOf = (arrivals: readonly Arrival[]) => [...new Set(arrivals.map(({ alert }) => alert.rule))];

/** A table of the acts and what they raised. */
export function summarize(outcomes: readonly Outcome[]): string[] {
  const rows = outcomes.map(({ act, arrivals }) => [
    act.title,
    arrivals.length === 0 ? '-' : String(Math.min(...arrivals.map(latency))),
    rulesOf(arrivals).join(', ') || 'nothing',
  ]);
  const head = ['act', 'ms', 'alerts'];
  const width = (column: number) => Math.max(...[head, ...rows].map((row) => row[column]?.length ?? 0));
  const [first, second] = [width(0), width(1)];
  return [head, ['-'.repeat(first), '-'.repeat(second), '------'], ...rows].map(
    ([title = '', ms = '', alerts = '']) => `${title.padEnd(first)}  ${ms.padStart(second)}  ${alerts}`,
  );
}

/** What the demo showed, in one sentence, and whether that is what it should show. */
export function verdict(outcomes: readonly Outcome[], benign: readonly Arrival[]): { ok: boolean; text: string } {
  const rules = rulesOf(outcomes.flatMap(({ arrivals }) => arrivals)).length;
  const found = outcomes.filter(({ arrivals }) => arrivals.length > 0).length;
  const text = `${found} of ${outcomes.length} acts raised an alert, ${rules} rules fired, alerts from ordinary work: ${benign.length}`;
  return { ok: rules >= LEAST_RULES && benign.length === 0, text };
}
