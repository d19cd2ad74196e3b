import { Kysely } from 'kysely';
import { ControlPlaneError } from '../errors.ts';
import { migrate } from './migrate.ts';
import { postgresDialect } from './postgres/postgres-dialect.ts';
import { sqliteDialect } from './sqlite/sqlite-dialect.ts';
import { Store } from './store.ts';
import type { Tables } from './tables.ts';

export interface StoreOptions {
  /** PostgreSQL when given, as postgres://user:password@host:port/database. */
  readonly databaseUrl?: string | undefined;
  /** Path of the SQLite file when there is no `databaseUrl`. */
  readonly path: string;
  /** Told when a connection to PostgreSQL breaks; it is replaced. */
  readonly onConnectionError: (error: Error) => void;
}

/**
 * Opens the store and brings its tables up to date.
 * @throws ControlPlaneError STORE_UNAVAILABLE or STORE_MIGRATION
 */
export async function openStore(options: StoreOptions): Promise<Store> {
  const dialect = options.databaseUrl
    ? postgresDialect(options.databaseUrl, options.onConnectionError)
    : sqliteDialect(options.path);
  const db = new Kysely<Tables>({ dialect });
  try {
    await migrate(db);
    const row = await db.selectFrom('meta').select('value').where('key', '=', 'store_id').executeTakeFirst();
    if (!row) throw new ControlPlaneError('STORE_MIGRATION', 'the store has lost its id: restore a backup');
    return new Store(db, row.value);
  } catch (error) {
    await db.destroy();
    throw error;
  }
}
