import { type Kysely, type Selectable, sql } from 'kysely';
import { lastNumber, nextNumbers } from '../counters.ts';
import { containsPattern, storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';
import type { BehaviourWorkloadsTable } from './behaviour-tables.ts';

/** How far a workload is. */
export type WorkloadStage = 'learning' | 'review' | 'monitor' | 'enforce';

/** A workload under one image. Times in ms since 1970. */
export interface WorkloadRecord {
  readonly id: string;
  readonly key: string;
  readonly digest: string;
  readonly image: string;
  readonly namespace: string | null;
  readonly stage: WorkloadStage;
  /** Version that scores. */
  readonly active: string | null;
  /** Versions that scored before it, the last one last. */
  readonly earlier: readonly string[];
  /** The version that was accepted first. */
  readonly anchor: string | null;
  /** Newest version that was not promoted by itself. */
  readonly waiting: { readonly version: string; readonly why: string } | null;
  /** Newer versions wait for an operator. */
  readonly pinned: boolean;
  readonly paused: boolean;
  /** Alarms for each container and day; null for what the server says. */
  readonly target: number | null;
  readonly epoch: number;
  /** Windows of the material at the last training. */
  readonly trainedWindows: number;
  /** The last training, when it went wrong. */
  readonly failure: { readonly time: number; readonly message: string } | null;
  readonly created: number;
  readonly changed: number;
  /** When material of it came last. */
  readonly used: number;
}

/** What is not used for so long is the first to go. */
const LONG_UNUSED_MS = 30 * 86_400_000;

export interface RemoveOptions {
  readonly now?: number | undefined;
  readonly keep?: string | undefined;
}

export type RemovedWorkload = Pick<WorkloadRecord, 'id' | 'key' | 'digest'>;

/** Which workloads to list. */
export interface WorkloadQuery {
  /** Namespaces that the asker sees; null for all. */
  readonly scope: readonly string[] | null;
  readonly limit: number;
  /** Key and digest of the last one before. */
  readonly after?: { readonly key: string; readonly digest: string } | undefined;
  readonly stage?: WorkloadStage | undefined;
  readonly q?: string | undefined;
}

/** Workloads whose behaviour is learned, and the number of the last change of what is to be scored by. */
export class BehaviourStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Grows with every change of what is to be scored by. */
  async revision(): Promise<number> {
    return await lastNumber(this.#db, 'behaviour');
  }

  /** Within a transaction: takes the next revision; nobody else changes behaviour until it ends. */
  async nextRevision(): Promise<number> {
    return await nextNumbers(this.#db, 'behaviour', 1);
  }

  /** Within a transaction: keeps others from changing behaviour until it ends. */
  async lock(): Promise<void> {
    await nextNumbers(this.#db, 'behaviour', 0);
  }

  /** False when it is there already: it stays as it is. */
  async insert(workload: WorkloadRecord): Promise<boolean> {
    const result = await this.#db
      .insertInto('behaviour_workloads')
      .values(rowOf(workload))
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async get(id: string): Promise<WorkloadRecord | undefined> {
    const row = await this.#db
      .selectFrom('behaviour_workloads')
      .selectAll()
      .where('id', '=', storableText(id))
      .executeTakeFirst();
    return row && recordOf(row);
  }

  /** Every one of them, the one that was used last first. */
  async all(): Promise<WorkloadRecord[]> {
    const rows = await this.#db
      .selectFrom('behaviour_workloads')
      .selectAll()
      .orderBy('used_ms', 'desc')
      .orderBy('id')
      .execute();
    return rows.map(recordOf);
  }

  /** Under all of its images, the one that was used last first. */
  async ofKey(key: string): Promise<WorkloadRecord[]> {
    const rows = await this.#db
      .selectFrom('behaviour_workloads')
      .selectAll()
      .where('key', '=', storableText(key))
      .orderBy('used_ms', 'desc')
      .orderBy('id')
      .execute();
    return rows.map(recordOf);
  }

  /** By key and digest; one more than asked for where there are more. */
  async list({ scope, limit, after, stage, q }: WorkloadQuery): Promise<WorkloadRecord[]> {
    const rows = await this.#db
      .selectFrom('behaviour_workloads')
      .selectAll()
      .$if(scope !== null, (query) => query.where('namespace', 'in', [...(scope ?? [])]))
      .$if(stage !== undefined, (query) => query.where('stage', '=', stage ?? ''))
      .$if(q !== undefined, (query) => {
        const pattern = containsPattern((q ?? '').toLowerCase());
        return query.where((eb) =>
          eb.or(
            (['key', 'digest', 'image'] as const).map(
              (column) => sql<boolean>`lower(${eb.ref(column)}) like ${pattern} escape '\\'`,
            ),
          ),
        );
      })
      .$if(after !== undefined, (query) => {
        const [key, digest] = [storableText(after?.key ?? ''), storableText(after?.digest ?? '')];
        return query.where((eb) =>
          eb.or([eb('key', '>', key), eb.and([eb('key', '=', key), eb('digest', '>', digest)])]),
        );
      })
      .orderBy('key')
      .orderBy('digest')
      .limit(limit + 1)
      .execute();
    return rows.map(recordOf);
  }

  /** Everything but who it is, when it was created and when it was used. False when there is none. */
  async update(workload: WorkloadRecord): Promise<boolean> {
    const { id: _id, key: _key, digest: _digest, created_ms: _created, used_ms: _used, ...values } = rowOf(workload);
    const result = await this.#db
      .updateTable('behaviour_workloads')
      .set(values)
      .where('id', '=', workload.id)
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** Says that there is new material of workloads. */
  async touch(ids: readonly string[], now: number): Promise<void> {
    if (ids.length === 0) return;
    await this.#db.updateTable('behaviour_workloads').set({ used_ms: now }).where('id', 'in', ids).execute();
  }

  async count(): Promise<number> {
    const row = await this.#db
      .selectFrom('behaviour_workloads')
      .select((eb) => eb.fn.countAll().as('workloads'))
      .executeTakeFirstOrThrow();
    return Number(row.workloads);
  }

  /**
   * Removes some, with everything of them, until there are at most `most`: first those that were not used for a month, then
   * those that have no model, so that who starts containers under ever new names pushes out their like alone; of these, and at
   * last of the others, those that were used the longest time ago.
   * @param now ms since 1970
   * @param keep id of one that stays
   * @returns what is removed
   */
  async removeUnused(most: number, { now = 0, keep = '' }: RemoveOptions = {}): Promise<RemovedWorkload[]> {
    const over = (await this.count()) - most;
    if (over <= 0) return [];
    const rows = await this.#db
      .selectFrom('behaviour_workloads')
      .select(['id', 'key', 'digest'])
      .where('id', '<>', keep)
      .orderBy(sql<number>`case when used_ms < ${now - LONG_UNUSED_MS} then 0 when active is null then 1 else 2 end`)
      .orderBy('used_ms')
      .orderBy('id')
      .limit(over)
      .execute();
    const ids = rows.map(({ id }) => id);
    await this.#db.deleteFrom('behaviour_workloads').where('id', 'in', ids).execute();
    await nextNumbers(this.#db, 'behaviour_removed', ids.length);
    return rows;
  }

  /** How many were ever removed for want of room. */
  async removed(): Promise<number> {
    return await lastNumber(this.#db, 'behaviour_removed');
  }
}

const rowOf = (workload: WorkloadRecord): BehaviourWorkloadsTable => ({
  id: workload.id,
  key: storableText(workload.key),
  digest: storableText(workload.digest),
  image: storableText(workload.image),
  namespace: workload.namespace && storableText(workload.namespace),
  stage: workload.stage,
  active: workload.active,
  earlier: JSON.stringify(workload.earlier),
  anchor: workload.anchor,
  waiting: workload.waiting?.version ?? null,
  waiting_why: workload.waiting ? storableText(workload.waiting.why) : null,
  pinned: Number(workload.pinned),
  paused: Number(workload.paused),
  target: workload.target,
  epoch: workload.epoch,
  trained_windows: workload.trainedWindows,
  failed_ms: workload.failure?.time ?? null,
  failure: workload.failure ? storableText(workload.failure.message) : null,
  created_ms: workload.created,
  changed_ms: workload.changed,
  used_ms: workload.used,
});

const recordOf = (row: Selectable<BehaviourWorkloadsTable>): WorkloadRecord => ({
  id: row.id,
  key: row.key,
  digest: row.digest,
  image: row.image,
  namespace: row.namespace,
  stage: row.stage as WorkloadStage,
  active: row.active,
  earlier: JSON.parse(row.earlier) as string[],
  anchor: row.anchor,
  waiting: row.waiting === null ? null : { version: row.waiting, why: row.waiting_why ?? '' },
  pinned: row.pinned !== 0,
  paused: row.paused !== 0,
  target: row.target,
  epoch: row.epoch,
  trainedWindows: row.trained_windows,
  failure: row.failed_ms === null ? null : { time: row.failed_ms, message: row.failure ?? '' },
  created: row.created_ms,
  changed: row.changed_ms,
  used: row.used_ms,
});
