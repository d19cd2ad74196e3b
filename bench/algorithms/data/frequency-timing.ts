import { DataError } from './data-error.ts';
import type { DataFile } from './file-tree.ts';

/** Seconds of a run, the last not among them. */
export interface RowSpan {
  readonly from: number;
  readonly to: number;
}

/** Times are in rows of a tenth of a second. */
const ROWS_PER_SECOND = 10;

/**
 * When each container was attacked, in its order, from a `timing.csv` of the CDL data: a heading with `cN_start,cN_end` and
 * one line of numbers.
 * @throws DataError
 */
export function attackSpans(file: DataFile): RowSpan[] {
  const [head = '', values = ''] = file.read().toString('utf8').split(/\r?\n/);
  const [names, cells] = [head.split(','), values.split(',')];
  const at = (name: string) => {
    const text = cells[names.indexOf(name)]?.trim() ?? '';
    if (/^\d+$/.test(text)) return Number(text);
    throw new DataError('DATA_MALFORMED', `${file.path}: ${name} is ${JSON.stringify(text.slice(0, 20))}, not a row`);
  };
  const spans: RowSpan[] = [];
  for (let container = 1; names.includes(`c${container}_start`); container++) {
    const [from, to] = [at(`c${container}_start`), at(`c${container}_end`)];
    if (to < from)
      throw new DataError('DATA_MALFORMED', `${file.path}: the attack on container ${container} ends before it begins`);
    spans.push({ from: Math.floor(from / ROWS_PER_SECOND), to: Math.floor(to / ROWS_PER_SECOND) + 1 });
  }
  if (spans.length === 0) throw new DataError('DATA_MALFORMED', `${file.path} names no container: c1_start is missing`);
  return spans;
}
