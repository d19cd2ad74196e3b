import { fileURLToPath } from 'node:url';
import type { AlgorithmsConfig } from './config.ts';
import { adfaLd, isAdfa } from './data/adfa-ld.ts';
import { DataError } from './data/data-error.ts';
import { filesOf } from './data/file-tree.ts';
import { frequencyCsv, isFrequency } from './data/frequency-csv.ts';
import { areRecordings, HOW_TO_RECORD, recordings } from './data/recordings.ts';
import { synthetic } from './data/synthetic.ts';
import type { Dataset } from './sample.ts';

const BUILD = new URL('../../build/behaviour/', import.meta.url);

/** The data there is, and lines about the data there is not. */
export interface Datasets {
  readonly sets: readonly Dataset[];
  readonly missing: readonly string[];
}

/** @throws DataError for data that was named and can not be used */
export async function datasets({ data }: AlgorithmsConfig, quick: boolean): Promise<Datasets> {
  const [ordinary, attacked] = ['fleet', 'attacks'].map((name) => fileURLToPath(new URL(name, BUILD))) as [
    string,
    string,
  ];
  const missing: string[] = [];
  const recorded: Dataset[] = [];
  if (quick) missing.push('recordings are left out of quick runs: reading them takes minutes');
  else if (areRecordings(ordinary, attacked)) recorded.push(await recordings(ordinary, attacked));
  else missing.push(`there are no recordings of containers: make them with ${HOW_TO_RECORD}`);
  if (data === undefined)
    missing.push('no other data: set PICKET_DATA to a folder or zip archive, see docs/algorithms.md');
  return { sets: [synthetic(quick), ...recorded, ...(data === undefined ? [] : named(data, quick))], missing };
}

function named(data: string, quick: boolean): Dataset[] {
  const files = filesOf(data);
  const sets: Dataset[] = [];
  if (isAdfa(files)) {
    sets.push(adfaLd(files, { distinct: false }));
    if (!quick) sets.push(adfaLd(files, { distinct: true }));
  }
  if (isFrequency(files)) sets.push(frequencyCsv(files));
  if (sets.length === 0) {
    throw new DataError('DATA_LAYOUT', `nothing at ${data} is laid out in a way that is known: see docs/algorithms.md`);
  }
  return sets;
}
