import type { Kysely, Transaction } from 'kysely';
import type { Tables } from './tables.ts';

/** Runs `work` in the transaction that `db` is, or in one of its own. */
export async function inTransaction<T>(db: Kysely<Tables>, work: (trx: Kysely<Tables>) => Promise<T>): Promise<T> {
  if (db.isTransaction) return await work(db);
  return await db.transaction().execute((trx: Transaction<Tables>) => work(trx));
}
