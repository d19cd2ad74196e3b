import type { Alert } from '@picket/sdk';

/** One row of the table of raw fields. */
export interface FieldRow {
  readonly group: 'output' | 'event';
  readonly name: string;
  /** The value as text, nothing escaped yet; empty when `missing`. */
  readonly value: string;
  readonly missing: boolean;
}

/** All fields of an alert: those of the rule's output first, then those of the causing event, each by name. */
export function fieldRows(alert: Alert): FieldRow[] {
  return [...rowsOf('output', alert.output_fields), ...rowsOf('event', alert.event ?? {})];
}

function rowsOf(group: FieldRow['group'], fields: Record<string, unknown>): FieldRow[] {
  return Object.entries(fields)
    .map(([name, value]) => ({ group, name, value: valueText(value), missing: value === null || value === undefined }))
    .sort((a, b) => a.name.localeCompare(b.name, 'en'));
}

function valueText(value: unknown): string {
  if (value === null || value === undefined) return '';
  if (typeof value === 'string') return value;
  if (Array.isArray(value) && value.every((item) => typeof item === 'string')) return value.join(' ');
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The rows in which every word of the query occurs, in the name or in the value, whatever the case. */
export function searchFields(rows: readonly FieldRow[], query: string): readonly FieldRow[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (words.length === 0) return rows;
  return rows.filter((row) => {
    const text = `${row.name} ${row.value}`.toLowerCase();
    return words.every((word) => text.includes(word));
  });
}
