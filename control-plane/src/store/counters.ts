import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

export type CounterName =
  | 'alert_change'
  | 'audit'
  | 'tokens'
  | 'rules'
  | 'rule_files'
  | 'detectors'
  | 'detector_versions'
  | 'detector_findings'
  | 'behaviour'
  | 'behaviour_versions'
  | 'behaviour_removed';

/**
 * Takes the next numbers of a counter and locks it until the end of the transaction, so that numbers become visible
 * in their order and never with a gap that fills later.
 * @returns the first of `count` numbers in a row
 */
export async function nextNumbers(trx: Kysely<Tables>, name: CounterName, count: number): Promise<number> {
  const { value } = await trx
    .updateTable('counters')
    .set((eb) => ({ value: eb('value', '+', count) }))
    .where('name', '=', name)
    .returning('value')
    .executeTakeFirstOrThrow();
  return value - count + 1;
}

/** The last number of a counter that was taken. */
export async function lastNumber(db: Kysely<Tables>, name: CounterName): Promise<number> {
  const row = await db.selectFrom('counters').select('value').where('name', '=', name).executeTakeFirstOrThrow();
  return row.value;
}
