import type { Kysely, Selectable } from 'kysely';
import { cutPage, decodePosition } from '../page-position.ts';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';
import type { RuleSetsTable } from './rule-tables.ts';

export interface StoredRuleFile {
  readonly name: string;
  readonly text: string;
}

/** An uploaded set without its files. Times in ms since 1970. */
export interface RuleSetHead {
  /** SHA-256 of the files. */
  readonly id: string;
  readonly name: string;
  /** Rules of it that can not be loaded are left out; else all must load. */
  readonly partial: boolean;
  /** Rules that it defines. */
  readonly rules: number;
  readonly created: number;
  readonly createdBy: string;
}

export interface RuleSetRecord extends RuleSetHead {
  readonly files: readonly StoredRuleFile[];
}

/** Which set is active since when. */
export interface RuleActivation {
  readonly revision: number;
  readonly setId: string | null;
  readonly parent: number | null;
  readonly time: number;
  readonly actor: string;
}

const HEAD = ['id', 'name', 'partial', 'rules', 'created_ms', 'created_by'] as const;

/** Uploaded rule sets, and which of them was active when. */
export class RuleSetStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** False when a set of these contents is there already: it stays as it is. */
  async insert(set: RuleSetRecord): Promise<boolean> {
    const result = await this.#db
      .insertInto('rule_sets')
      .values({
        id: set.id,
        name: storableText(set.name),
        files: JSON.stringify(set.files),
        partial: set.partial ? 1 : 0,
        rules: set.rules,
        created_ms: set.created,
        created_by: set.createdBy,
      })
      .onConflict((conflict) => conflict.column('id').doNothing())
      .executeTakeFirst();
    return (result.numInsertedOrUpdatedRows ?? 0n) > 0n;
  }

  async get(id: string): Promise<RuleSetRecord | undefined> {
    const row = await this.#db
      .selectFrom('rule_sets')
      .selectAll()
      .where('id', '=', storableText(id))
      .executeTakeFirst();
    return row && { ...headOf(row), files: JSON.parse(row.files) as StoredRuleFile[] };
  }

  /** The newest first. @throws ControlPlaneError REQUEST_INVALID for a made-up cursor */
  async list(limit: number, cursor?: string): Promise<{ items: RuleSetHead[]; next: string | null }> {
    const after = cursor === undefined ? undefined : decodePosition(cursor);
    const rows = await this.#db
      .selectFrom('rule_sets')
      .select(HEAD)
      .$if(after !== undefined, (query) =>
        query.where((eb) => eb(eb.refTuple('created_ms', 'id'), '<', eb.tuple(after?.at ?? 0, after?.id ?? ''))),
      )
      .orderBy('created_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const page = cutPage(rows, limit, (row) => ({ at: row.created_ms, id: row.id }));
    return { items: page.rows.map(headOf), next: page.next };
  }

  async count(): Promise<number> {
    const row = await this.#db
      .selectFrom('rule_sets')
      .select((eb) => eb.fn.countAll().as('sets'))
      .executeTakeFirstOrThrow();
    return Number(row.sets);
  }

  /** False when there is none. */
  async delete(id: string): Promise<boolean> {
    const result = await this.#db.deleteFrom('rule_sets').where('id', '=', storableText(id)).executeTakeFirst();
    return result.numDeletedRows > 0n;
  }

  /** The activation that holds; undefined when none was ever made. */
  async active(): Promise<RuleActivation | undefined> {
    const row = await this.#db
      .selectFrom('rule_activations')
      .selectAll()
      .orderBy('revision', 'desc')
      .limit(1)
      .executeTakeFirst();
    return row && activationOf(row);
  }

  async activation(revision: number): Promise<RuleActivation | undefined> {
    const row = await this.#db
      .selectFrom('rule_activations')
      .selectAll()
      .where('revision', '=', revision)
      .executeTakeFirst();
    return row && activationOf(row);
  }

  async activate({ revision, setId, parent, time, actor }: RuleActivation): Promise<void> {
    await this.#db
      .insertInto('rule_activations')
      .values({ revision, set_id: setId, parent, time_ms: time, actor })
      .execute();
  }
}

const headOf = (row: Pick<Selectable<RuleSetsTable>, (typeof HEAD)[number]>): RuleSetHead => ({
  id: row.id,
  name: row.name,
  partial: row.partial !== 0,
  rules: row.rules,
  created: row.created_ms,
  createdBy: row.created_by,
});

const activationOf = (row: {
  revision: number;
  set_id: string | null;
  parent: number | null;
  time_ms: number;
  actor: string;
}): RuleActivation => ({
  revision: row.revision,
  setId: row.set_id,
  parent: row.parent,
  time: row.time_ms,
  actor: row.actor,
});
