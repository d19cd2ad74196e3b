import type { Kysely } from 'kysely';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';

/**
 * Who does what only one control plane does at a time. Clocks of control planes may differ, so that two may think that it is
 * their turn: what counts is the fence, which whoever writes asks for in the transaction of the write.
 */
export class BehaviourLeaseStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /**
   * Takes a lease that nobody has or that is over, or keeps an own one.
   * @returns the fence of the holder; undefined while another one holds it
   */
  async take(name: string, holder: string, now: number, ms: number): Promise<number | undefined> {
    const expires = now + ms;
    await this.#db
      .insertInto('behaviour_leases')
      .values({ name, holder: '', fence: 0, expires_ms: 0 })
      .onConflict((conflict) => conflict.column('name').doNothing())
      .execute();
    const kept = await this.#db
      .updateTable('behaviour_leases')
      .set({ expires_ms: expires })
      .where('name', '=', name)
      .where('holder', '=', storableText(holder))
      .returning('fence')
      .executeTakeFirst();
    if (kept) return kept.fence;
    const taken = await this.#db
      .updateTable('behaviour_leases')
      .set((eb) => ({ holder: storableText(holder), expires_ms: expires, fence: eb('fence', '+', 1) }))
      .where('name', '=', name)
      .where('expires_ms', '<=', now)
      .returning('fence')
      .executeTakeFirst();
    return taken?.fence;
  }

  /** Whether nobody has taken it meanwhile; within a transaction nobody does so until it ends. */
  async holds(name: string, holder: string, fence: number): Promise<boolean> {
    // a write of nothing locks the row, which a read does not
    const row = await this.#db
      .updateTable('behaviour_leases')
      .set((eb) => ({ fence: eb.ref('fence') }))
      .where('name', '=', name)
      .where('holder', '=', storableText(holder))
      .where('fence', '=', fence)
      .returning('fence')
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Gives it back, so that another one need not wait. */
  async release(name: string, holder: string): Promise<void> {
    await this.#db
      .updateTable('behaviour_leases')
      .set({ holder: '', expires_ms: 0 })
      .where('name', '=', name)
      .where('holder', '=', storableText(holder))
      .execute();
  }
}
