import type { Kysely } from 'kysely';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';

/** What somebody said about a token of a profile. */
export interface DecisionRecord {
  /** Id. */
  readonly workload: string;
  readonly token: string;
  /** Stars in it stand for any text. */
  readonly pattern: boolean;
  readonly what: 'allow' | 'remove';
  readonly state: 'proposed' | 'accepted';
  readonly reason: string;
  readonly actor: string;
  /** ms since 1970. */
  readonly time: number;
}

/** What people said about tokens of profiles, apart from what is learned. */
export class BehaviourDecisionStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** In place of what was said about the same token; an accepted one ends proposals of it too. */
  async put(decision: DecisionRecord): Promise<void> {
    const { workload, state } = decision;
    if (state === 'accepted') await this.delete(workload, decision.token, 'proposed');
    const named = { workload, token: storableText(decision.token), pattern: Number(decision.pattern), state };
    const values = {
      what: decision.what,
      reason: storableText(decision.reason),
      actor: decision.actor,
      time_ms: decision.time,
    };
    await this.#db
      .insertInto('behaviour_decisions')
      .values({ ...named, ...values })
      .onConflict((conflict) => conflict.columns(['workload', 'token', 'pattern', 'state']).doUpdateSet(values))
      .execute();
  }

  /** @returns how many there were. @param state left out: whatever was said */
  async delete(workload: string, token: string, state?: DecisionRecord['state']): Promise<number> {
    const result = await this.#db
      .deleteFrom('behaviour_decisions')
      .where('workload', '=', workload)
      .where('token', '=', storableText(token))
      .$if(state !== undefined, (query) => query.where('state', '=', state ?? ''))
      .executeTakeFirst();
    return Number(result.numDeletedRows);
  }

  /** All of a workload, by token. */
  async of(workload: string): Promise<DecisionRecord[]> {
    const rows = await this.#db
      .selectFrom('behaviour_decisions')
      .selectAll()
      .where('workload', '=', storableText(workload))
      .orderBy('token')
      .orderBy('pattern')
      .orderBy('state')
      .execute();
    return rows.map(recordOf);
  }

  /** Those that hold, of all workloads. */
  async accepted(): Promise<DecisionRecord[]> {
    const rows = await this.#db
      .selectFrom('behaviour_decisions')
      .selectAll()
      .where('state', '=', 'accepted')
      .orderBy('workload')
      .orderBy('token')
      .execute();
    return rows.map(recordOf);
  }
}

const recordOf = (row: Tables['behaviour_decisions']): DecisionRecord => ({
  workload: row.workload,
  token: row.token,
  pattern: row.pattern !== 0,
  what: row.what === 'remove' ? 'remove' : 'allow',
  state: row.state === 'proposed' ? 'proposed' : 'accepted',
  reason: row.reason,
  actor: row.actor,
  time: row.time_ms,
});
