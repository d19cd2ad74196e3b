import { DataError } from './data-error.ts';
import type { DataFile } from './file-tree.ts';

/** Counts of system calls, a row for each second. */
export interface FrequencyTable {
  /** Names or numbers of system calls. */
  readonly columns: readonly string[];
  readonly rows: readonly Float64Array[];
}

const TIME = 'timestamp';
const MOST_COLUMNS = 4096;
const MOST_ROWS = 1_000_000;
const MS_PER_SECOND = 1000;

/**
 * A table with a heading: names or numbers of system calls, with or without a first column `timestamp` in ms. With it, rows
 * of one second are added up; without it, a row is a second.
 * @throws DataError that names file and line
 */
export function readTable(file: DataFile): FrequencyTable {
  const lines = file.read().toString('utf8').split(/\r?\n/);
  while (lines.at(-1) === '') lines.pop();
  const heading = (lines[0] ?? '').split(',').map((name) => name.trim());
  refuseHeading(file.path, heading);
  if (lines.length > MOST_ROWS) throw new DataError('DATA_TOO_LARGE', `${file.path} has more than ${MOST_ROWS} rows`);
  const rows = lines.slice(1).map((line, at) => numbersOf(line, heading, `${file.path} line ${at + 2}`));
  if (rows.length === 0) throw new DataError('DATA_MALFORMED', `${file.path} has a heading and no rows`);
  if (heading[0] !== TIME) return { columns: heading, rows };
  return { columns: heading.slice(1), rows: bySecond(rows) };
}

function refuseHeading(path: string, heading: readonly string[]): void {
  const twice = heading.find((name, at) => heading.indexOf(name) !== at);
  const bad = heading.find((name) => !/^[\w:.-]+$/.test(name));
  if (bad !== undefined || twice !== undefined) {
    const what = bad === undefined ? `"${twice}" twice` : `${JSON.stringify(bad.slice(0, 40))}`;
    throw new DataError(
      'DATA_MALFORMED',
      `${path}: its first line has ${what}; it has to name each column once, by number or name of a system call`,
    );
  }
  if (heading.length > MOST_COLUMNS)
    throw new DataError('DATA_TOO_LARGE', `${path} has more than ${MOST_COLUMNS} columns`);
}

function numbersOf(line: string, heading: readonly string[], where: string): Float64Array {
  const cells = line.split(',');
  if (cells.length !== heading.length) {
    throw new DataError('DATA_MALFORMED', `${where} has ${cells.length} values instead of ${heading.length}`);
  }
  return Float64Array.from(cells, (cell, column) => {
    const value = cell.trim() === '' ? Number.NaN : Number(cell);
    if (Number.isFinite(value) && value >= 0) return value;
    throw new DataError(
      'DATA_MALFORMED',
      `${where}: ${heading[column]} is ${JSON.stringify(cell.slice(0, 20))}, not a count`,
    );
  });
}

/** Adds up rows whose time is in one second after the first row, and leaves the time away. */
function bySecond(rows: readonly Float64Array[]): Float64Array[] {
  const start = rows[0]?.[0] ?? 0;
  const seconds = new Map<number, Float64Array>();
  for (const row of rows) {
    const second = Math.floor(((row[0] ?? 0) - start) / MS_PER_SECOND);
    const counts = row.subarray(1);
    const sum = seconds.get(second);
    if (!sum) seconds.set(second, counts.slice());
    else for (let at = 0; at < counts.length; at++) sum[at] = (sum[at] ?? 0) + (counts[at] ?? 0);
  }
  return [...seconds].sort(([a], [b]) => a - b).map(([, counts]) => counts);
}
