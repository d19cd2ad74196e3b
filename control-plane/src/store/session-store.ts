import type { Kysely } from 'kysely';
import type { Tables } from './tables.ts';

/** A browser that signed in with a token. Times in ms since 1970. */
export interface SessionRecord {
  /** SHA-256 of the cookie value, hexadecimal. */
  readonly hash: string;
  readonly tokenId: string;
  readonly created: number;
  readonly expires: number;
}

/** Sessions of one token that are kept; signing in once more ends the oldest. */
const MAX_PER_TOKEN = 32;

export class SessionStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /** Keeps a session, and forgets those that ended or are too many. */
  async insert(session: SessionRecord): Promise<void> {
    const { hash, tokenId, created, expires } = session;
    await this.#db.deleteFrom('sessions').where('expires_ms', '<=', created).execute();
    const surplus = this.#db
      .selectFrom('sessions')
      .select('hash')
      .where('token_id', '=', tokenId)
      .orderBy('created_ms', 'desc')
      .limit(1_000_000)
      .offset(MAX_PER_TOKEN - 1);
    await this.#db.deleteFrom('sessions').where('hash', 'in', surplus).execute();
    await this.#db
      .insertInto('sessions')
      .values({ hash, token_id: tokenId, created_ms: created, expires_ms: expires })
      .execute();
  }

  async byHash(hash: string): Promise<SessionRecord | undefined> {
    const row = await this.#db.selectFrom('sessions').selectAll().where('hash', '=', hash).executeTakeFirst();
    return row && { hash: row.hash, tokenId: row.token_id, created: row.created_ms, expires: row.expires_ms };
  }

  async delete(hash: string): Promise<void> {
    await this.#db.deleteFrom('sessions').where('hash', '=', hash).execute();
  }
}
