import type { Kysely, Selectable } from 'kysely';
import { cutPage, decodePosition } from '../page-position.ts';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';
import type { RuleExceptionsTable } from './rule-tables.ts';

/** One row of an exception: the rule passes over what meets all of its tests. */
export interface ExceptionSpec {
  readonly fields: readonly string[];
  readonly comps: readonly string[];
  readonly values: readonly string[];
}

export type ExceptionState = 'proposed' | 'active' | 'expired' | 'ended';

/** An exception with its story. Times in ms since 1970. */
export interface RuleException {
  readonly id: string;
  readonly rule: string;
  readonly spec: ExceptionSpec;
  /** The alert it was made from. */
  readonly alert: string | null;
  readonly state: ExceptionState;
  readonly owner: string | null;
  readonly reason: string | null;
  readonly expires: number | null;
  readonly proposed: number;
  readonly proposedBy: string;
  readonly accepted: number | null;
  readonly acceptedBy: string | null;
  readonly ended: number | null;
  readonly endedBy: string | null;
  readonly silenced: number;
}

/** What turns a proposal into an exception that holds. */
export type Acceptance = Required<Pick<RuleException, 'id'>> & {
  readonly owner: string;
  readonly reason: string;
  readonly expires: number;
  readonly accepted: number;
  readonly acceptedBy: string;
};

export class RuleExceptionStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async insert(exception: RuleException): Promise<void> {
    await this.#db.insertInto('rule_exceptions').values(rowOf(exception)).execute();
  }

  async get(id: string): Promise<RuleException | undefined> {
    const row = await this.#db
      .selectFrom('rule_exceptions')
      .selectAll()
      .where('id', '=', storableText(id))
      .executeTakeFirst();
    return row && recordOf(row);
  }

  /** Those that hold, the oldest first. */
  async active(): Promise<RuleException[]> {
    const rows = await this.#db
      .selectFrom('rule_exceptions')
      .selectAll()
      .where('state', '=', 'active')
      .orderBy('accepted_ms')
      .orderBy('id')
      .execute();
    return rows.map(recordOf);
  }

  /** The newest first. @throws ControlPlaneError REQUEST_INVALID for a made-up cursor */
  async list(
    limit: number,
    cursor?: string,
    state?: ExceptionState,
  ): Promise<{ items: RuleException[]; next: string | null }> {
    const after = cursor === undefined ? undefined : decodePosition(cursor);
    const rows = await this.#db
      .selectFrom('rule_exceptions')
      .selectAll()
      .$if(state !== undefined, (query) => query.where('state', '=', state ?? ''))
      .$if(after !== undefined, (query) =>
        query.where((eb) => eb(eb.refTuple('proposed_ms', 'id'), '<', eb.tuple(after?.at ?? 0, after?.id ?? ''))),
      )
      .orderBy('proposed_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const page = cutPage(rows, limit, (row) => ({ at: row.proposed_ms, id: row.id }));
    return { items: page.rows.map(recordOf), next: page.next };
  }

  /** How many are in a state. */
  async count(state: ExceptionState): Promise<number> {
    const row = await this.#db
      .selectFrom('rule_exceptions')
      .select((eb) => eb.fn.countAll().as('exceptions'))
      .where('state', '=', state)
      .executeTakeFirstOrThrow();
    return Number(row.exceptions);
  }

  /** Makes a proposal hold; false when it is no proposal any more. */
  async accept({ id, owner, reason, expires, accepted, acceptedBy }: Acceptance): Promise<boolean> {
    const result = await this.#db
      .updateTable('rule_exceptions')
      .set({
        state: 'active',
        owner: storableText(owner),
        reason: storableText(reason),
        expires_ms: expires,
        accepted_ms: accepted,
        accepted_by: acceptedBy,
      })
      .where('id', '=', storableText(id))
      .where('state', '=', 'proposed')
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  /** Ends a proposal or one that holds; false when it has ended already. */
  async end(id: string, state: 'expired' | 'ended', ended: number, endedBy: string): Promise<boolean> {
    const result = await this.#db
      .updateTable('rule_exceptions')
      .set({ state, ended_ms: ended, ended_by: endedBy })
      .where('id', '=', storableText(id))
      .where('state', 'in', ['proposed', 'active'])
      .executeTakeFirst();
    return result.numUpdatedRows > 0n;
  }

  async addSilenced(id: string, count: number): Promise<void> {
    await this.#db
      .updateTable('rule_exceptions')
      .set((eb) => ({ silenced: eb('silenced', '+', count) }))
      .where('id', '=', id)
      .execute();
  }
}

function rowOf(exception: RuleException): RuleExceptionsTable {
  return {
    id: exception.id,
    rule: storableText(exception.rule),
    spec: JSON.stringify(exception.spec),
    alert: exception.alert,
    state: exception.state,
    owner: exception.owner && storableText(exception.owner),
    reason: exception.reason && storableText(exception.reason),
    expires_ms: exception.expires,
    proposed_ms: exception.proposed,
    proposed_by: exception.proposedBy,
    accepted_ms: exception.accepted,
    accepted_by: exception.acceptedBy,
    ended_ms: exception.ended,
    ended_by: exception.endedBy,
    silenced: exception.silenced,
  };
}

function recordOf(row: Selectable<RuleExceptionsTable>): RuleException {
  return {
    id: row.id,
    rule: row.rule,
    spec: JSON.parse(row.spec) as ExceptionSpec,
    alert: row.alert,
    state: row.state as ExceptionState,
    owner: row.owner,
    reason: row.reason,
    expires: row.expires_ms,
    proposed: row.proposed_ms,
    proposedBy: row.proposed_by,
    accepted: row.accepted_ms,
    acceptedBy: row.accepted_by,
    ended: row.ended_ms,
    endedBy: row.ended_by,
    silenced: row.silenced,
  };
}
