import type { Kysely, Selectable } from 'kysely';
import { nextNumbers } from './counters.ts';
import { cutPage, decodePosition } from './page-position.ts';
import { storableText } from './storable-text.ts';
import type { Tables, TokensTable } from './tables.ts';

/** A token without its secret. Times in ms since 1970. */
export interface TokenRecord {
  readonly id: string;
  /** SHA-256 of the secret, hexadecimal. */
  readonly hash: string;
  readonly name: string;
  readonly role: string;
  /** The only namespaces the token sees; null sees all. */
  readonly namespaces: readonly string[] | null;
  readonly created: number;
  readonly expires: number | null;
  readonly lastUsed: number | null;
  readonly revoked: number | null;
}

/** Who may use the API. */
export class TokenStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  async insert(token: TokenRecord): Promise<void> {
    await this.#db.insertInto('tokens').values(rowOf(token)).execute();
  }

  async byHash(hash: string): Promise<TokenRecord | undefined> {
    const row = await this.#db.selectFrom('tokens').selectAll().where('hash', '=', hash).executeTakeFirst();
    return row && recordOf(row);
  }

  async byId(id: string): Promise<TokenRecord | undefined> {
    const row = await this.#db.selectFrom('tokens').selectAll().where('id', '=', storableText(id)).executeTakeFirst();
    return row && recordOf(row);
  }

  /** The newest first. @throws ControlPlaneError REQUEST_INVALID for a made-up cursor */
  async list(limit: number, cursor?: string): Promise<{ items: TokenRecord[]; next: string | null }> {
    const after = cursor === undefined ? undefined : decodePosition(cursor);
    const rows = await this.#db
      .selectFrom('tokens')
      .selectAll()
      .$if(after !== undefined, (query) =>
        query.where((eb) => eb(eb.refTuple('created_ms', 'id'), '<', eb.tuple(after?.at ?? 0, after?.id ?? ''))),
      )
      .orderBy('created_ms', 'desc')
      .orderBy('id', 'desc')
      .limit(limit + 1)
      .execute();
    const page = cutPage(rows, limit, (row) => ({ at: row.created_ms, id: row.id }));
    return { items: page.rows.map(recordOf), next: page.next };
  }

  /** Ends a token and its sessions. False when it is unknown or was revoked before. */
  async revoke(id: string, now: number): Promise<boolean> {
    const result = await this.#db
      .updateTable('tokens')
      .set({ revoked_ms: now })
      .where('id', '=', storableText(id))
      .where('revoked_ms', 'is', null)
      .executeTakeFirst();
    await this.#db.deleteFrom('sessions').where('token_id', '=', storableText(id)).execute();
    return result.numUpdatedRows > 0n;
  }

  async touch(id: string, now: number): Promise<void> {
    await this.#db.updateTable('tokens').set({ last_used_ms: now }).where('id', '=', id).execute();
  }

  /** Whether a token of this role works now and sees all namespaces. */
  async hasUsable(role: string, now: number): Promise<boolean> {
    const row = await this.#db
      .selectFrom('tokens')
      .select('id')
      .where('role', '=', role)
      .where('namespaces', 'is', null)
      .where('revoked_ms', 'is', null)
      .where((eb) => eb.or([eb('expires_ms', 'is', null), eb('expires_ms', '>', now)]))
      .limit(1)
      .executeTakeFirst();
    return row !== undefined;
  }

  /** Within a transaction: nobody else who locks the tokens goes on until it ends. */
  async lock(): Promise<void> {
    await nextNumbers(this.#db, 'tokens', 1);
  }
}

function rowOf(token: TokenRecord): TokensTable {
  return {
    id: token.id,
    hash: token.hash,
    name: storableText(token.name),
    role: token.role,
    namespaces: token.namespaces && JSON.stringify(token.namespaces),
    created_ms: token.created,
    expires_ms: token.expires,
    last_used_ms: token.lastUsed,
    revoked_ms: token.revoked,
  };
}

function recordOf(row: Selectable<TokensTable>): TokenRecord {
  return {
    id: row.id,
    hash: row.hash,
    name: row.name,
    role: row.role,
    namespaces: row.namespaces === null ? null : (JSON.parse(row.namespaces) as string[]),
    created: row.created_ms,
    expires: row.expires_ms,
    lastUsed: row.last_used_ms,
    revoked: row.revoked_ms,
  };
}
