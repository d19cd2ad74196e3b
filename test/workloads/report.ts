import { PRIORITIES, type Priority } from '@picket/sdk';
import type { Table } from '../../bench/report.ts';
import { round } from '../../bench/statistics.ts';
import { type Evaluation, upperBound } from './evaluate.ts';
import { SIX } from './workloads.ts';

const HOURS_A_DAY = 24;

/** What a person wants to know of a recording. */
export interface Noise {
  readonly tables: readonly Table[];
  readonly result: Readonly<Record<string, unknown>>;
}

/** Alerts by rule and priority, container time, what zero alerts in it say, and what the capture holds. */
export function noiseReport(evaluation: Evaluation): Noise {
  const hours = [...evaluation.lives].map(([name, seconds]) => ({
    name,
    containers: seconds.length,
    hours: round(seconds.reduce((sum, each) => sum + each, 0) / 3600, 3),
  }));
  const sum = (names: (name: string) => boolean) =>
    hours.filter(({ name }) => names(name)).reduce((total, each) => total + each.hours, 0);
  const [six, all] = [sum((name) => SIX.includes(name)), sum(() => true)].map((total) => total / HOURS_A_DAY) as [
    number,
    number,
  ];
  const rows = alertRows(evaluation);
  const loud = evaluation.alerts.filter(({ priority }) => isLoud(priority)).length;
  return {
    tables: [
      [['rule', 'priority', 'container', 'alerts', 'findings'], ...(rows.length > 0 ? rows : [['none', '', '', 0, 0]])],
      [['container', 'containers', 'hours'], ...hours.map((each) => [each.name, each.containers, each.hours])],
      [
        ['observed', 'container-days', 'at most a container-day (95 %)'],
        ['the six', round(six, 4), round(upperBound(six), 1)],
        ['with their helpers', round(all, 4), round(upperBound(all), 1)],
      ],
      [['kind', 'records'], ...[...evaluation.kinds].sort((a, b) => b[1] - a[1])],
    ],
    result: {
      alerts_at_warning_or_worse: loud,
      container_days_six: round(six, 4),
      container_days_all: round(all, 4),
      records: [...evaluation.kinds.values()].reduce((total, count) => total + count, 0),
      missing: evaluation.missing,
      failures: Object.fromEntries(evaluation.failures),
    },
  };
}

/** Warning or worse. */
export const isLoud = (priority: Priority): boolean => PRIORITIES.indexOf(priority) <= PRIORITIES.indexOf('Warning');

function alertRows({ alerts }: Evaluation): (string | number)[][] {
  const rows = new Map<string, [string, string, string, number, number]>();
  for (const { rule, priority, container, count } of alerts) {
    const name = container?.name ?? '';
    const key = `${rule}/${name}`;
    const row = rows.get(key) ?? [rule, priority, name, 0, 0];
    rows.set(key, [rule, priority, name, row[3] + 1, row[4] + count]);
  }
  return [...rows.values()].sort((a, b) => b[3] - a[3]);
}
