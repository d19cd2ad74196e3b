import type { FieldSource, FieldTable } from './field-source.ts';

/** The table with sources of its own for one kind: where they have no answer, events of that kind do as the table says. */
export function withKind(
  kindId: number,
  sources: Readonly<Record<string, FieldSource>>,
  table: FieldTable,
): FieldTable {
  const names = new Set([...Object.keys(table), ...Object.keys(sources)]);
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      (request) => (request.kind.id === kindId && sources[name]) || table[name]?.(request),
    ]),
  );
}
