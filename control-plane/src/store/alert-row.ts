import { type Alert, PRIORITIES } from '@picket/sdk';
import { storableText } from './storable-text.ts';
import type { AlertsTable } from './tables.ts';

/** The row of an alert. */
export function alertRow(alert: Alert, change: number): AlertsTable {
  const { container } = alert;
  return {
    uuid: alert.uuid.toLowerCase(),
    revision: alert.revision,
    change,
    time_us: microseconds(alert.time),
    rule: storableText(alert.rule),
    severity: PRIORITIES.indexOf(alert.priority),
    container_id: orNull(container?.id),
    container_full_id: orNull(container?.full_id),
    container_name: orNull(container?.name),
    image: orNull(container?.image),
    namespace: orNull(alert.workload?.namespace),
    node: storableText(alert.hostname),
    count: alert.count,
    incident: orNull(alert.incident),
    search: searchText(alert),
    body: JSON.stringify(alert),
  };
}

/** RFC 3339 text to µs since 1970, kept within what is exact as a double. */
export function microseconds(iso: string): number {
  const fraction = /\.(\d+)/.exec(iso)?.[1] ?? '';
  const below = Number(fraction.slice(3, 6).padEnd(3, '0'));
  return Math.min(Math.max(0, Date.parse(iso) * 1000 + below), Number.MAX_SAFE_INTEGER);
}

function searchText(alert: Alert): string {
  const { container } = alert;
  const parts = [alert.rule, alert.output, alert.hostname, container?.name ?? '', container?.image ?? ''];
  return storableText(parts.join('\n').toLowerCase());
}

const orNull = (text: string | null | undefined): string | null => (text ? storableText(text) : null);
