/** What a bench is told. */
export interface BenchOptions {
  /** End within a minute, with less precision. */
  readonly quick: boolean;
}

export type Table = readonly (readonly (string | number)[])[];

/** What a bench found: tables for people (first row: headings), one object for programs. */
export interface BenchReport {
  readonly tables: readonly Table[];
  readonly result: Readonly<Record<string, unknown>>;
}

/** A table as aligned text: first column to the left, numbers to the right. */
export function formatTable(table: Table): string {
  const widths = (table[0] ?? []).map((_, column) => Math.max(...table.map((row) => String(row[column] ?? '').length)));
  const line = (row: readonly (string | number)[]) =>
    row
      .map((cell, column) =>
        column === 0 ? String(cell).padEnd(widths[0] ?? 0) : String(cell).padStart(widths[column] ?? 0),
      )
      .join('  ');
  return table.map(line).join('\n');
}
