import type { Kysely } from 'kysely';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';

/** What one partition has seen of a workload. */
export interface MaterialRecord {
  /** Id. */
  readonly workload: string;
  readonly partition: number;
  readonly epoch: number;
  readonly bytes: Uint8Array;
  /** Windows of 10 s that were learned from. */
  readonly windows: number;
  readonly runs: number;
  readonly completeRuns: number;
  /** Event time of the first and the newest window, ms since 1970. */
  readonly first: number;
  readonly time: number;
  /** Windows that nothing was learned from, by reason. */
  readonly refused: RefusedWindows;
}

/** What all partitions together have seen of a workload. */
export interface MaterialTotals {
  readonly windows: number;
  readonly runs: number;
  readonly completeRuns: number;
  readonly first: number;
  readonly time: number;
  readonly refused: RefusedWindows;
}

/** Windows by the reason why nothing was learned from them. */
export type RefusedWindows = Readonly<Record<string, number>>;

/** What is learned from: a row for each workload and partition. */
export class BehaviourMaterialStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Takes the place of what the partition gave before. */
  async put({ workload, partition, epoch, bytes, ...numbers }: MaterialRecord): Promise<void> {
    const { windows, runs, completeRuns, first, time } = numbers;
    const refused = JSON.stringify(numbers.refused);
    const values = {
      epoch,
      bytes,
      windows,
      runs,
      complete_runs: completeRuns,
      first_ms: first,
      time_ms: time,
      refused,
    };
    await this.#db
      .insertInto('behaviour_material')
      .values({ workload, partition, ...values })
      .onConflict((conflict) => conflict.columns(['workload', 'partition']).doUpdateSet(values))
      .execute();
  }

  /** Of one workload, by partition. */
  async of(workload: string): Promise<MaterialRecord[]> {
    const rows = await this.#db
      .selectFrom('behaviour_material')
      .selectAll()
      .where('workload', '=', storableText(workload))
      .orderBy('partition')
      .execute();
    return rows.map((row) => ({
      workload: row.workload,
      partition: row.partition,
      epoch: row.epoch,
      bytes: new Uint8Array(row.bytes),
      windows: row.windows,
      runs: row.runs,
      completeRuns: row.complete_runs,
      first: row.first_ms,
      time: row.time_ms,
      refused: readRefused(row.refused),
    }));
  }

  /** Of some workloads, or of all. */
  async totals(workloads?: readonly string[]): Promise<Map<string, MaterialTotals>> {
    if (workloads?.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('behaviour_material')
      .select((eb) => [
        'workload',
        eb.fn.sum('windows').as('windows'),
        eb.fn.sum('runs').as('runs'),
        eb.fn.sum('complete_runs').as('complete'),
        eb.fn.min('first_ms').as('first'),
        eb.fn.max('time_ms').as('time'),
      ])
      .$if(workloads !== undefined, (query) => query.where('workload', 'in', workloads ?? []))
      .groupBy('workload')
      .execute();
    const refused = await this.#refused(workloads);
    return new Map(
      rows.map(({ workload, windows, runs, complete, first, time }) => [
        workload,
        {
          ...{ windows: Number(windows), runs: Number(runs), completeRuns: Number(complete) },
          ...{ first: Number(first), time: Number(time), refused: refused.get(workload) ?? {} },
        },
      ]),
    );
  }

  /** Of all partitions together, by workload. */
  async #refused(workloads: readonly string[] | undefined): Promise<Map<string, RefusedWindows>> {
    const rows = await this.#db
      .selectFrom('behaviour_material')
      .select(['workload', 'refused'])
      .where('refused', '!=', '{}')
      .$if(workloads !== undefined, (query) => query.where('workload', 'in', workloads ?? []))
      .execute();
    const sums = new Map<string, Record<string, number>>();
    for (const { workload, refused } of rows) {
      const sum = sums.get(workload) ?? {};
      for (const [why, windows] of Object.entries(readRefused(refused))) sum[why] = (sum[why] ?? 0) + windows;
      sums.set(workload, sum);
    }
    return sums;
  }

  /** Of a workload that is reset. */
  async clear(workload: string): Promise<void> {
    await this.#db.deleteFrom('behaviour_material').where('workload', '=', workload).execute();
  }
}

/** Written by `put` alone. */
const readRefused = (json: string): RefusedWindows => JSON.parse(json) as RefusedWindows;
