import { messageOf } from '@picket/sdk';
import {
  type Dialect,
  type PostgresCursor,
  PostgresDialect,
  type PostgresPoolClient,
  type PostgresQueryResult,
} from 'kysely';
import pg from 'pg';
import { ControlPlaneError } from '../../errors.ts';

/** OID of int8. Ours count µs and changes, which stay below 2^53. */
const INT8 = 20;

/**
 * Kysely on PostgreSQL through a pool of connections.
 * @param onConnectionError called when a connection breaks; the pool replaces it
 */
export function postgresDialect(url: string, onConnectionError: (error: Error) => void): Dialect {
  const pool = new pg.Pool({
    connectionString: url,
    max: 8,
    connectionTimeoutMillis: 5000,
    statement_timeout: 30_000,
    idle_in_transaction_session_timeout: 30_000,
    application_name: 'picket',
    types: {
      getTypeParser: (oid: number, format?: 'text' | 'binary') =>
        oid === INT8 ? Number : format === 'binary' ? pg.types.getTypeParser(oid, format) : pg.types.getTypeParser(oid),
    },
  });
  // A connection breaks at any time, also while somebody has it and waits for nothing; unheard, that ends the process.
  pool.on('connect', (client) => client.on('error', onConnectionError));
  // The same error again, for connections that nobody had.
  pool.on('error', () => undefined);
  return new PostgresDialect({
    pool: {
      options: pool.options,
      connect: async () => new TypedClient(await pool.connect().catch(rethrowTyped)),
      end: () => pool.end(),
    },
  });
}

/** A client whose errors tell an unreachable database from a wrong query. */
class TypedClient implements PostgresPoolClient {
  readonly #client: pg.PoolClient;

  constructor(client: pg.PoolClient) {
    this.#client = client;
  }

  query<R>(sql: string, parameters: readonly unknown[]): Promise<PostgresQueryResult<R>>;
  query<R>(cursor: PostgresCursor<R>): PostgresCursor<R>;
  query(sql: unknown, parameters: readonly unknown[] = []): unknown {
    if (typeof sql !== 'string') throw new TypeError('cursors are not set up for this store');
    return this.#client.query(sql, [...parameters]).catch(rethrowTyped);
  }

  release(destroy?: boolean): void {
    this.#client.release(destroy);
  }
}

function rethrowTyped(error: unknown): never {
  if (!isUnavailable(error)) throw error;
  throw new ControlPlaneError(
    'STORE_UNAVAILABLE',
    `the database can not be used (${messageOf(error)}): check that it runs and that DATABASE_URL is right`,
    { cause: error },
  );
}

/** Errors of the connection have no SQLSTATE; of the states, these classes say that the server is not to be had. */
function isUnavailable(error: unknown): boolean {
  if (!(error instanceof pg.DatabaseError)) return true;
  return /^(08|28|3D|53|57P|58)/.test(error.code ?? '');
}
