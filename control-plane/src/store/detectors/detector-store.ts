import type { Kysely, Selectable } from 'kysely';
import { lastNumber, nextNumbers } from '../counters.ts';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';
import type { DetectorsTable } from './detector-tables.ts';

/** A detector by its name. Times in ms since 1970. */
export interface DetectorRecord {
  readonly name: string;
  /** Id of the token that it belongs to. */
  readonly owner: string;
  /** Namespaces of its owner; null for all. */
  readonly scope: readonly string[] | null;
  readonly paused: boolean;
  readonly created: number;
  readonly createdBy: string;
}

/** What an operator has granted to a name. */
export interface DetectorGrant {
  readonly name: string;
  readonly capabilities: readonly string[];
  readonly time: number;
  readonly actor: string;
}

/** Detectors by name, what is granted to them, and the revision of all that is stored of detectors. */
export class DetectorStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Grows with every change of what is to run. */
  async revision(): Promise<number> {
    return await lastNumber(this.#db, 'detectors');
  }

  /** Within a transaction: takes the next revision; nobody else changes detectors until it ends. */
  async nextRevision(): Promise<number> {
    return await nextNumbers(this.#db, 'detectors', 1);
  }

  /** False when the name is taken: it stays as it is. */
  async insert(detector: DetectorRecord): Promise<boolean> {
    const result = await this.#db
      .insertInto('detectors')
      .values({
        name: detector.name,
        owner: detector.owner,
        scope: scopeText(detector.scope),
        paused: Number(detector.paused),
        created_ms: detector.created,
        created_by: detector.createdBy,
      })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async get(name: string): Promise<DetectorRecord | undefined> {
    const row = await this.#db
      .selectFrom('detectors')
      .selectAll()
      .where('name', '=', storableText(name))
      .executeTakeFirst();
    return row && recordOf(row);
  }

  /** All, by name. */
  async list(): Promise<DetectorRecord[]> {
    const rows = await this.#db.selectFrom('detectors').selectAll().orderBy('name').execute();
    return rows.map(recordOf);
  }

  /** False when there is none. */
  async setPaused(name: string, paused: boolean): Promise<boolean> {
    const result = await this.#db
      .updateTable('detectors')
      .set({ paused: Number(paused) })
      .where('name', '=', storableText(name))
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** False when there is none. */
  async setOwner(name: string, owner: string, scope: readonly string[] | null): Promise<boolean> {
    const result = await this.#db
      .updateTable('detectors')
      .set({ owner: storableText(owner), scope: scopeText(scope) })
      .where('name', '=', storableText(name))
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** With its versions, stages and findings. False when there is none. */
  async delete(name: string): Promise<boolean> {
    const result = await this.#db.deleteFrom('detectors').where('name', '=', storableText(name)).executeTakeFirst();
    return result.numDeletedRows > 0n;
  }

  async grant(name: string): Promise<DetectorGrant | undefined> {
    const row = await this.#db
      .selectFrom('detector_grants')
      .selectAll()
      .where('name', '=', storableText(name))
      .executeTakeFirst();
    return row && grantOf(row);
  }

  async grants(): Promise<DetectorGrant[]> {
    return (await this.#db.selectFrom('detector_grants').selectAll().orderBy('name').execute()).map(grantOf);
  }

  /** Sets what is granted to a name anew. */
  async putGrant({ name, capabilities, time, actor }: DetectorGrant): Promise<void> {
    const values = { capabilities: JSON.stringify(capabilities), time_ms: time, actor };
    await this.#db
      .insertInto('detector_grants')
      .values({ name, ...values })
      .onConflict((conflict) => conflict.column('name').doUpdateSet(values))
      .execute();
  }

  async deleteGrant(name: string): Promise<void> {
    await this.#db.deleteFrom('detector_grants').where('name', '=', storableText(name)).execute();
  }
}

const scopeText = (scope: readonly string[] | null) => scope && JSON.stringify(scope);

const recordOf = (row: Selectable<DetectorsTable>): DetectorRecord => ({
  name: row.name,
  owner: row.owner,
  scope: row.scope === null ? null : (JSON.parse(row.scope) as string[]),
  paused: row.paused !== 0,
  created: row.created_ms,
  createdBy: row.created_by,
});

const grantOf = (row: { name: string; capabilities: string; time_ms: number; actor: string }): DetectorGrant => ({
  name: row.name,
  capabilities: JSON.parse(row.capabilities) as string[],
  time: row.time_ms,
  actor: row.actor,
});
