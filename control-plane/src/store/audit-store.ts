import type { Kysely } from 'kysely';
import { nextNumbers } from './counters.ts';
import { inTransaction } from './in-transaction.ts';
import { cutPage, decodePosition } from './page-position.ts';
import { storableText } from './storable-text.ts';
import type { Tables } from './tables.ts';

/** Something that somebody did. Never put a secret into `detail`. */
export interface AuditRecord {
  /** ms since 1970. */
  readonly time: number;
  /** Id of the token that acted, or `system`. */
  readonly actor: string;
  readonly action: string;
  readonly target: string | null;
  readonly detail: Readonly<Record<string, unknown>>;
}

export interface StoredAuditRecord extends AuditRecord {
  /** Numbered from 1 in the order of writing, without gaps: a missing one was taken away. */
  readonly id: number;
}

/** What was done with Picket. Only ever added to. */
export class AuditStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Adds an entry; in the transaction of the action where the store is that of one. */
  async append(record: AuditRecord): Promise<void> {
    await inTransaction(this.#db, async (trx) => {
      await trx
        .insertInto('audit')
        .values({
          id: await nextNumbers(trx, 'audit', 1),
          time_ms: record.time,
          actor: record.actor,
          action: record.action,
          target: record.target && storableText(record.target),
          detail: JSON.stringify(record.detail),
        })
        .execute();
    });
  }

  /** The newest first. @throws ControlPlaneError REQUEST_INVALID for a made-up cursor */
  async list(limit: number, cursor?: string): Promise<{ items: StoredAuditRecord[]; next: string | null }> {
    const after = cursor === undefined ? undefined : decodePosition(cursor);
    const rows = await this.#db
      .selectFrom('audit')
      .selectAll()
      .$if(after !== undefined, (query) => query.where('id', '<', after?.at ?? 0))
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const page = cutPage(rows, limit, (row) => ({ at: row.id, id: 'audit' }));
    const items = page.rows.map((row) => ({
      id: row.id,
      time: row.time_ms,
      actor: row.actor,
      action: row.action,
      target: row.target,
      detail: JSON.parse(row.detail) as Record<string, unknown>,
    }));
    return { items, next: page.next };
  }
}
