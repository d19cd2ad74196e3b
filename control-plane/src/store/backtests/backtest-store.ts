import type {
  BacktestFilters,
  BacktestInfo,
  BacktestProgress,
  BacktestResult,
  BacktestSource,
  BacktestSubject,
} from '@picket/sdk/client';
import type { Kysely, Selectable } from 'kysely';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';
import type { BacktestsTable } from './backtest-tables.ts';

/** A backtest without its result. Times in ms since 1970. */
export interface BacktestHead {
  readonly id: string;
  readonly state: BacktestInfo['state'];
  readonly subject: BacktestSubject;
  readonly source: BacktestSource;
  readonly filters: BacktestFilters;
  readonly namespaces: readonly string[] | null;
  readonly versionId: string | null;
  readonly created: number;
  readonly createdBy: string;
  readonly replica: string;
  readonly seen: number;
  readonly started: number | null;
  readonly finished: number | null;
  readonly progress: BacktestProgress;
  readonly clean: boolean | null;
  readonly error: { readonly code: string; readonly message: string } | null;
}

export interface BacktestRecord extends BacktestHead {
  readonly result: BacktestResult | null;
}

/** How a backtest ended. */
export interface BacktestEnd {
  readonly state: 'done' | 'failed' | 'cancelled';
  readonly finished: number;
  readonly progress: BacktestProgress;
  readonly clean: boolean | null;
  readonly error: BacktestHead['error'];
  readonly result: BacktestResult | null;
}

const HEAD = [
  ...(['id', 'state', 'subject', 'source', 'filters', 'namespaces', 'version_id', 'created_ms', 'created_by'] as const),
  ...(['replica', 'seen_ms', 'started_ms', 'finished_ms', 'progress', 'clean', 'error'] as const),
] as const;
/** More than are ever kept. */
const MOST_LISTED = 1000;
const OPEN = ['queued', 'running'] as const;

/** Backtests and what they came to. */
export class BacktestStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async insert(backtest: BacktestHead): Promise<void> {
    await this.#db
      .insertInto('backtests')
      .values({
        id: backtest.id,
        state: backtest.state,
        subject: json(backtest.subject),
        source: json(backtest.source),
        filters: json(backtest.filters),
        namespaces: backtest.namespaces && json(backtest.namespaces),
        version_id: backtest.versionId,
        created_ms: backtest.created,
        created_by: backtest.createdBy,
        replica: storableText(backtest.replica),
        seen_ms: backtest.seen,
        started_ms: backtest.started,
        finished_ms: backtest.finished,
        progress: json(backtest.progress),
        clean: flagOf(backtest.clean),
        error: backtest.error && json(backtest.error),
        result: null,
      })
      .execute();
  }

  async get(id: string): Promise<BacktestRecord | undefined> {
    const row = await this.#db
      .selectFrom('backtests')
      .selectAll()
      .where('id', '=', storableText(id))
      .executeTakeFirst();
    return row && { ...headOf(row), result: row.result === null ? null : (JSON.parse(row.result) as BacktestResult) };
  }

  /** All of them, the newest first: there are never many. */
  async list(): Promise<BacktestHead[]> {
    const rows = await this.#db
      .selectFrom('backtests')
      .select(HEAD)
      .orderBy('created_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(MOST_LISTED)
      .execute();
    return rows.map(headOf);
  }

  /** False when it does not wait any more: it was cancelled. */
  async start(id: string, now: number): Promise<boolean> {
    const result = await this.#db
      .updateTable('backtests')
      .set({ state: 'running', started_ms: now, seen_ms: now })
      .where('id', '=', storableText(id))
      .where('state', '=', 'queued')
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** Says that it still waits or runs. False when it was cancelled or is gone. */
  async touch(id: string, now: number, progress: BacktestProgress): Promise<boolean> {
    const result = await this.#db
      .updateTable('backtests')
      .set({ seen_ms: now, progress: json(progress) })
      .where('id', '=', storableText(id))
      .where('state', 'in', OPEN)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** False when it has ended before. */
  async end(id: string, { state, finished, progress, clean, error, result }: BacktestEnd): Promise<boolean> {
    const updated = await this.#db
      .updateTable('backtests')
      .set({
        state,
        finished_ms: finished,
        progress: json(progress),
        clean: flagOf(clean),
        error: error && json(error),
        result: result && json(result),
      })
      .where('id', '=', storableText(id))
      .where('state', 'in', OPEN)
      .executeTakeFirst();
    return updated.numUpdatedRows > 0n;
  }

  /**
   * Ends those whose control plane is gone.
   * @param seenBefore of other control planes: those that said nothing since, ms since 1970
   * @returns how many
   */
  async failOrphans(
    replica: string,
    { now, seenBefore, error }: { now: number; seenBefore: number; error: { code: string; message: string } },
  ): Promise<number> {
    const result = await this.#db
      .updateTable('backtests')
      .set({ state: 'failed', finished_ms: now, error: json(error) })
      .where('state', 'in', OPEN)
      .where((eb) => eb.or([eb('replica', '=', storableText(replica)), eb('seen_ms', '<', seenBefore)]))
      .executeTakeFirst();
    return Number(result.numUpdatedRows);
  }

  /** False when there is none. */
  async delete(id: string): Promise<boolean> {
    const result = await this.#db.deleteFrom('backtests').where('id', '=', storableText(id)).executeTakeFirst();
    return result.numDeletedRows > 0n;
  }

  /** Removes the oldest that have ended, until so many are left. @returns how many it removed */
  async keepNewest(most: number): Promise<number> {
    const old = await this.#db
      .selectFrom('backtests')
      .select('id')
      .where('state', 'not in', OPEN)
      .orderBy('created_ms', 'desc')
      .orderBy('id', 'desc')
      .offset(most)
      .limit(1000)
      .execute();
    if (old.length === 0) return 0;
    await this.#db
      .deleteFrom('backtests')
      .where(
        'id',
        'in',
        old.map(({ id }) => id),
      )
      .execute();
    return old.length;
  }

  /** Whether a version of a detector has come through a backtest without a fault and with nothing left out. */
  async hasClean(versionId: string): Promise<boolean> {
    const row = await this.#db
      .selectFrom('backtests')
      .select('id')
      .where('version_id', '=', storableText(versionId))
      .where('clean', '=', 1)
      .where('state', '=', 'done')
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }
}

const json = (value: unknown): string => storableText(JSON.stringify(value));
const flagOf = (value: boolean | null): number | null => (value === null ? null : Number(value));

const headOf = (row: Pick<Selectable<BacktestsTable>, (typeof HEAD)[number]>): BacktestHead => ({
  id: row.id,
  state: row.state as BacktestHead['state'],
  subject: JSON.parse(row.subject) as BacktestSubject,
  source: JSON.parse(row.source) as BacktestSource,
  filters: JSON.parse(row.filters) as BacktestFilters,
  namespaces: row.namespaces === null ? null : (JSON.parse(row.namespaces) as string[]),
  versionId: row.version_id,
  created: row.created_ms,
  createdBy: row.created_by,
  replica: row.replica,
  seen: row.seen_ms,
  started: row.started_ms,
  finished: row.finished_ms,
  progress: JSON.parse(row.progress) as BacktestProgress,
  clean: row.clean === null ? null : row.clean !== 0,
  error: row.error === null ? null : (JSON.parse(row.error) as { code: string; message: string }),
});
