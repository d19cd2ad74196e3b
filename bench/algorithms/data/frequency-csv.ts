import { callName } from '../../../control-plane/src/detection/anomaly/features/tokens/syscall-names.ts';
import { randomFrom, shuffled } from '../random.ts';
import type { Dataset, Sample, Split } from '../sample.ts';
import { countWindow } from './count-window.ts';
import { DataError } from './data-error.ts';
import type { DataFile } from './file-tree.ts';
import { type FrequencyTable, readTable } from './frequency-table.ts';
import { attackSpans, type RowSpan } from './frequency-timing.ts';

const NORMAL = /(^|\/)([^/]+)\/normal[^/]*\.csv$/;
const ATTACK = /(^|\/)([^/]+)\/attack[^/]*\.csv$/;
const FULL = /(^|\/)([^/]+)\/[^/]+-(\d+)_freqvector_full\.csv$/;

const HIGHEST_CALL = 511;
const FIRST_OTHER = 100_000;
const NUMBERS = new Map(Array.from({ length: HIGHEST_CALL + 1 }, (_, number) => [callName(number), number]));

/** Runs of one application: all rows ordinary, all rows of an attack, or an attack in some of them. */
interface Run {
  readonly application: string;
  readonly path: string;
  readonly table: FrequencyTable;
  /** Rows of the attack; none for an ordinary run. */
  readonly attack: RowSpan | undefined;
}

/** Whether these files are tables of system call counts in one of the layouts that are known. */
export const isFrequency = (files: readonly DataFile[]): boolean =>
  files.some(({ path }) => FULL.test(path)) ||
  (files.some(({ path }) => NORMAL.test(path)) && files.some(({ path }) => ATTACK.test(path)));

/**
 * Counts of system calls a second (or a tenth of one, which are added up), one table a run: `APP/normal*.csv` with
 * `APP/attack*.csv`, or the layout of the data of CDL (Lin, Tunde-Onadele, Gu 2020): `CVE/CVE-N_freqvector_full.csv` with
 * `CVE/timing.csv`, the rows in which each of four containers was attacked.
 * @throws DataError for tables that can not be read, or with too few runs
 */
export function frequencyCsv(files: readonly DataFile[]): Dataset {
  const runs = [...plainRuns(files), ...timedRuns(files)];
  const applications = Map.groupBy(runs, ({ application }) => application);
  for (const [application, own] of applications) refuseTooFew(application, own);
  const columns = new Map<string, number>();
  const samples = [...applications.values()].flat().flatMap((run) => samplesOf(run, columns));
  const seconds = new Set(samples.map(({ run }) => run)).size;
  return {
    name: 'system calls a second',
    notes: [
      `${applications.size} applications, ${runs.length} runs, ${samples.length} seconds in ${seconds} stretches`,
    ],
    sequences: false,
    split: (seed) =>
      merged(
        [...applications.keys()].map((application) =>
          splitOf(
            samples.filter(({ workload }) => workload === application),
            seed,
          ),
        ),
      ),
  };
}

function plainRuns(files: readonly DataFile[]): Run[] {
  return files.flatMap((file) => {
    const [normal, attack] = [NORMAL.exec(file.path), ATTACK.exec(file.path)];
    const application = (normal ?? attack)?.[2];
    if (application === undefined) return [];
    const table = readTable(file);
    const span = attack ? { from: 0, to: table.rows.length } : undefined;
    return [{ application, path: file.path, table, attack: span }];
  });
}

function timedRuns(files: readonly DataFile[]): Run[] {
  return files.flatMap((file) => {
    const [, , application, number] = FULL.exec(file.path) ?? [];
    if (application === undefined) return [];
    const timing = files.find(({ path }) => path === file.path.replace(/[^/]+$/, 'timing.csv'));
    if (!timing)
      throw new DataError('DATA_LAYOUT', `${file.path} has no timing.csv beside it: it says when the attack was`);
    const attack = attackSpans(timing)[Number(number) - 1];
    if (!attack) throw new DataError('DATA_MALFORMED', `${timing.path} says nothing of container ${number}`);
    return [{ application, path: file.path, table: readTable(file), attack }];
  });
}

/** Seconds of a run; what comes after an attack is neither ordinary for sure nor attacked for sure, and is left out. */
function samplesOf({ application, path, table, attack }: Run, columns: Map<string, number>): Sample[] {
  return table.rows.flatMap((row, at) => {
    const isAttack = attack !== undefined && at >= attack.from && at < attack.to;
    if (attack && at >= attack.to) return [];
    const counts = new Map<number, number>();
    row.forEach((count, column) => {
      if (count > 0) counts.set(numberOf(table.columns[column] ?? '', columns), count);
    });
    return [
      {
        run: isAttack ? attackOf(path) : path,
        workload: application,
        attack: isAttack ? application : undefined,
        window: countWindow(counts, { seconds: 10, from: at * 1000 }),
        sequence: undefined,
      },
    ];
  });
}

/** A column is the number of a system call, or its name; names that no table has get numbers behind all others. */
function numberOf(column: string, others: Map<string, number>): number {
  const number = /^\d{1,5}$/.test(column) ? Number(column) : (NUMBERS.get(column) ?? others.get(column));
  if (number !== undefined) return number;
  others.set(column, FIRST_OTHER + others.size);
  return FIRST_OTHER + others.size - 1;
}

/** The name of the attacked part of a run. */
const attackOf = (run: string) => `${run} (attack)`;

function splitOf(samples: readonly Sample[], seed: number): Split {
  const ordinary = samples.filter(({ attack }) => attack === undefined);
  const runs = shuffled([...new Set(ordinary.map(({ run }) => run))], randomFrom(seed));
  const [test, calibration, ...train] = runs;
  const of = (some: readonly (string | undefined)[]) => ordinary.filter(({ run }) => some.includes(run));
  // A run that was attacked after it was learned from is no test.
  const learned = new Set([calibration, ...train].map((run) => attackOf(run ?? '')));
  const attacks = samples.filter(({ attack, run }) => attack !== undefined && !learned.has(run));
  return { train: of(train), calibration: of([calibration]), test: [...of([test]), ...attacks] };
}

const merged = (splits: readonly Split[]): Split => ({
  train: splits.flatMap(({ train }) => train),
  calibration: splits.flatMap(({ calibration }) => calibration),
  test: splits.flatMap(({ test }) => test),
});

function refuseTooFew(application: string, runs: readonly Run[]): void {
  const ordinary = runs.filter(({ attack }) => attack === undefined || attack.from > 0).length;
  const attacked = runs.filter(({ attack }) => attack !== undefined).length;
  if (ordinary >= 3 && attacked >= 1) return;
  throw new DataError(
    'DATA_LAYOUT',
    `${application} has ${ordinary} ordinary and ${attacked} attacked runs: 3 ordinary ones (to learn from, to choose thresholds, to test) and 1 attacked one are needed`,
  );
}
