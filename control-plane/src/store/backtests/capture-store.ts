import type { Kysely, Selectable } from 'kysely';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';
import type { CapturesTable } from './backtest-tables.ts';

/** An uploaded capture. Times in ms since 1970. */
export interface CaptureRecord {
  readonly id: string;
  readonly bytes: number;
  readonly batches: number;
  readonly from: number | null;
  readonly until: number | null;
  readonly namespaces: readonly string[] | null;
  readonly created: number;
  readonly createdBy: string;
}

/** More than are ever kept. */
const MOST_LISTED = 1000;

/** Captures that were uploaded for backtests. Their bytes lie in files. */
export class CaptureStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async insert({ namespaces, created, createdBy, from, until, ...rest }: CaptureRecord): Promise<void> {
    await this.#db
      .insertInto('captures')
      .values({
        ...rest,
        from_ms: from,
        until_ms: until,
        namespaces: namespaces && JSON.stringify(namespaces),
        created_ms: created,
        created_by: createdBy,
      })
      .execute();
  }

  async get(id: string): Promise<CaptureRecord | undefined> {
    const row = await this.#db.selectFrom('captures').selectAll().where('id', '=', storableText(id)).executeTakeFirst();
    return row && recordOf(row);
  }

  /** All of them, the newest first: there are never many. */
  async list(): Promise<CaptureRecord[]> {
    const rows = await this.#db
      .selectFrom('captures')
      .selectAll()
      .orderBy('created_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(MOST_LISTED)
      .execute();
    return rows.map(recordOf);
  }

  async count(): Promise<number> {
    const row = await this.#db
      .selectFrom('captures')
      .select((eb) => eb.fn.countAll().as('captures'))
      .executeTakeFirstOrThrow();
    return Number(row.captures);
  }

  /** False when there is none. */
  async delete(id: string): Promise<boolean> {
    const result = await this.#db.deleteFrom('captures').where('id', '=', storableText(id)).executeTakeFirst();
    return result.numDeletedRows > 0n;
  }
}

const recordOf = (row: Selectable<CapturesTable>): CaptureRecord => ({
  id: row.id,
  bytes: row.bytes,
  batches: row.batches,
  from: row.from_ms,
  until: row.until_ms,
  namespaces: row.namespaces === null ? null : (JSON.parse(row.namespaces) as string[]),
  created: row.created_ms,
  createdBy: row.created_by,
});
