import { type Alert, TACTICS, tacticsOf, techniquesOf } from '@picket/sdk';
import { microseconds } from '../alert-row.ts';
import type { AlertsTable } from '../tables.ts';
import type { IncidentsTable } from './incident-tables.ts';

/** What an incident keeps of its rules and techniques at most; its alerts tell all. */
const MAX_NAMES = 200;

/** An alert in the revision that was just written. */
export interface WrittenAlert {
  readonly alert: Alert;
  readonly row: AlertsTable;
}

/**
 * Puts one alert into the row of its incident. The order of the alerts makes no difference, so the row can be made
 * again from the newest revision of each.
 * @param counted how often the alert was counted in the row already; undefined when it is new in it
 */
export function foldIncident(
  into: IncidentsTable | undefined,
  { alert, row }: WrittenAlert,
  counted: number | undefined,
): IncidentsTable {
  const before = into ?? emptyIncident(row);
  const rules = union(before.rules, [row.rule], compare);
  const isRoot = row.time_us < before.root_us || (row.time_us === before.root_us && row.uuid <= before.root_uuid);
  return {
    ...before,
    follows: alert.incident_follows ?? before.follows,
    first_us: Math.min(before.first_us, microseconds(alert.first_seen)),
    last_us: Math.max(before.last_us, microseconds(alert.last_seen)),
    severity: Math.min(before.severity, row.severity),
    alerts: before.alerts + (counted === undefined ? 1 : 0),
    occurrences: before.occurrences + row.count - (counted ?? 0),
    tactics: union(before.tactics, tacticsOf(alert), (a, b) => orderOf(a) - orderOf(b)),
    techniques: union(before.techniques, techniquesOf(alert), compare),
    rules,
    ...(rules !== before.rules && { search: (JSON.parse(rules) as string[]).join('\n').toLowerCase() }),
    ...(isRoot && { root_us: row.time_us, root_uuid: row.uuid, place: placeOf(alert) }),
  };
}

const emptyIncident = (row: AlertsTable): IncidentsTable => ({
  id: row.incident ?? '',
  follows: null,
  first_us: row.time_us,
  last_us: row.time_us,
  severity: row.severity,
  alerts: 0,
  occurrences: 0,
  tactics: '[]',
  techniques: '[]',
  rules: '[]',
  search: '',
  root_us: row.time_us,
  root_uuid: row.uuid,
  place: '{}',
});

/** Where an alert was, as JSON. */
function placeOf({ hostname, container, workload }: Alert): string {
  const place = {
    node: hostname,
    container: container && {
      id: container.id,
      full_id: container.full_id,
      name: container.name,
      image: container.image,
    },
    workload: workload && { kind: workload.kind, name: workload.name, namespace: workload.namespace },
  };
  return JSON.stringify(place);
}

/** A JSON list with more texts in it, sorted; the same in whatever order they came unless there are too many. */
function union(list: string, more: readonly string[], order: (a: string, b: string) => number): string {
  const known = JSON.parse(list) as string[];
  const fresh = more.filter((text) => !known.includes(text));
  if (fresh.length === 0) return list;
  return JSON.stringify([...known, ...fresh].sort(order).slice(0, MAX_NAMES));
}

const compare = (a: string, b: string): number => (a < b ? -1 : 1);
const orderOf = (tactic: string): number => (TACTICS as readonly string[]).indexOf(tactic);
