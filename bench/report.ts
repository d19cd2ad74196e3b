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
  /** What the bench has for the handbook, by path below the project; written only when asked for. */
  readonly files?: Readonly<Record<string, string>>;
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

/** The same in Markdown. */
export function markdownTable([head = [], ...rows]: Table): string {
  const line = (row: readonly (string | number)[]) => `| ${row.join(' | ')} |`;
  return [head, head.map(() => '---'), ...rows].map(line).join('\n');
}

/**
 * Puts generated text into a document, between `<!-- generated: NAME -->` and `<!-- end of NAME -->`.
 * @throws Error when the document has no such marks
 */
export function fillIn(document: string, name: string, text: string): string {
  const [begin, end] = [`<!-- generated: ${name} -->`, `<!-- end of ${name} -->`];
  const [from, to] = [document.indexOf(begin), document.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`the document has no marks "${begin}" and "${end}": put them in`);
  return `${document.slice(0, from + begin.length)}\n${text}\n${document.slice(to)}`;
}
