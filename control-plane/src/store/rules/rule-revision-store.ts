import type { Kysely } from 'kysely';
import { nextNumbers } from '../counters.ts';
import type { Tables } from '../tables.ts';

/** Numbers that tell every control plane whether it runs the rules it shall run. */
export interface RuleNumbers {
  /** Grows with every change of what is active: set, overrides, exceptions, files. */
  readonly revision: number;
  /** Grows when the rule files shall be read again. */
  readonly files: number;
}

export class RuleRevisionStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async read(): Promise<RuleNumbers> {
    const rows = await this.#db
      .selectFrom('counters')
      .select(['name', 'value'])
      .where('name', 'in', ['rules', 'rule_files'])
      .execute();
    const numberOf = (name: string) => rows.find((row) => row.name === name)?.value ?? 0;
    return { revision: numberOf('rules'), files: numberOf('rule_files') };
  }

  /** Within a transaction: takes the next revision; nobody else changes rules until it ends. */
  async next(): Promise<number> {
    return await nextNumbers(this.#db, 'rules', 1);
  }

  /** Within a transaction: keeps others from changing rules until it ends. */
  async lock(): Promise<void> {
    await nextNumbers(this.#db, 'rules', 0);
  }

  /** Within a transaction: asks every control plane to read its rule files again. */
  async nextFiles(): Promise<number> {
    return await nextNumbers(this.#db, 'rule_files', 1);
  }
}
