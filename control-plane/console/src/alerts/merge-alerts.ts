import type { Alert } from '@picket/sdk';

/** An alert that came live, with its place in the order of arrival. Later revisions keep the first place. */
export interface Received {
  readonly alert: Alert;
  readonly arrival: number;
}

export interface MergeInput {
  /** Alerts as loaded from the API, in any order. */
  readonly loaded: Iterable<Alert>;
  /** Live alerts that pass the filter. */
  readonly received: Iterable<Received>;
  /** Live alerts that came after this arrival are held back, unless they renew one that is shown. */
  readonly limit: number;
  /** True when the API holds alerts older than those loaded. */
  readonly more: boolean;
}

export interface Merged {
  /** Newest first. */
  readonly shown: readonly Alert[];
  /** How many live alerts are held back. */
  readonly held: number;
}

/**
 * One list of what was loaded and what came live: one row for each uuid with its highest revision, newest first.
 * A live alert older than the oldest loaded one is left out while there is more to load: it would stand beside a gap.
 */
export function mergeAlerts({ loaded, received, limit, more }: MergeInput): Merged {
  const rows = new Map<string, Alert>();
  for (const alert of loaded) keepNewest(rows, alert);
  const floor = more ? [...rows.values()].reduce<Alert | undefined>(older, undefined) : undefined;
  let held = 0;
  for (const { alert, arrival } of received) {
    const known = rows.has(alert.uuid);
    if (known) keepNewest(rows, alert);
    else if (floor && compareAlerts(alert, floor) > 0) continue;
    else if (arrival <= limit) rows.set(alert.uuid, alert);
    else held++;
  }
  return { shown: [...rows.values()].sort(compareAlerts), held };
}

function keepNewest(rows: Map<string, Alert>, alert: Alert): void {
  const known = rows.get(alert.uuid);
  if (!known || known.revision < alert.revision) rows.set(alert.uuid, alert);
}

const older = (a: Alert | undefined, b: Alert): Alert => (a && compareAlerts(a, b) > 0 ? a : b);

/** Newest first; equal times by uuid, so that the order is the one in which the API pages. */
export function compareAlerts(a: Alert, b: Alert): number {
  return compareTimes(b.time, a.time) || (a.uuid < b.uuid ? 1 : a.uuid > b.uuid ? -1 : 0);
}

/** ISO times in UTC compare as text once their fractions are equally long: microseconds, by which the API sorts. */
function compareTimes(a: string, b: string): number {
  const left = sortableTime(a);
  const right = sortableTime(b);
  return left < right ? -1 : left > right ? 1 : 0;
}

function sortableTime(iso: string): string {
  const [seconds = '', fraction = ''] = iso.replace(/Z$/, '').split('.');
  return `${seconds}.${fraction.padEnd(6, '0').slice(0, 6)}`;
}
