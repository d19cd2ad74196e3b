import type { Priority } from '@picket/sdk';
import type { Kysely } from 'kysely';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';

/** What is changed about one rule; null leaves a part as the files say. */
export interface RuleOverride {
  /** Name of the rule. */
  readonly rule: string;
  readonly enabled: boolean | null;
  readonly priority: Priority | null;
  readonly reason: string | null;
  /** ms since 1970. */
  readonly time: number;
  readonly actor: string;
}

export class RuleOverrideStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** All, by name of the rule. */
  async list(): Promise<RuleOverride[]> {
    const rows = await this.#db.selectFrom('rule_overrides').selectAll().orderBy('rule').execute();
    return rows.map((row) => ({
      rule: row.rule,
      enabled: row.enabled === null ? null : row.enabled !== 0,
      priority: row.priority as Priority | null,
      reason: row.reason,
      time: row.time_ms,
      actor: row.actor,
    }));
  }

  /** Sets all of one rule anew. */
  async put({ rule, enabled, priority, reason, time, actor }: RuleOverride): Promise<void> {
    const values = {
      enabled: enabled === null ? null : Number(enabled),
      priority,
      reason: reason && storableText(reason),
      time_ms: time,
      actor,
    };
    await this.#db
      .insertInto('rule_overrides')
      .values({ rule: storableText(rule), ...values })
      .onConflict((conflict) => conflict.column('rule').doUpdateSet(values))
      .execute();
  }

  /** False when there is none. */
  async delete(rule: string): Promise<boolean> {
    const result = await this.#db
      .deleteFrom('rule_overrides')
      .where('rule', '=', storableText(rule))
      .executeTakeFirst();
    return result.numDeletedRows > 0n;
  }
}
