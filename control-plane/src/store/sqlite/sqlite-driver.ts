import { DatabaseSync, type SQLInputValue, type StatementSync } from 'node:sqlite';
import { CompiledQuery, type DatabaseConnection, type Driver, type QueryResult } from 'kysely';
import { sqliteError } from './sqlite-error.ts';

/** Runs Kysely's queries on `node:sqlite`. There is one connection; Kysely lets one user at a time have it. */
export class SqliteDriver implements Driver {
  readonly #path: string;
  #connection: SqliteConnection | undefined;

  constructor(path: string) {
    this.#path = path;
  }

  async init(): Promise<void> {
    try {
      const db = new DatabaseSync(this.#path, { timeout: 5000, enableForeignKeyConstraints: true });
      // FULL: what was acknowledged survives a power cut, not only a crash of the process.
      db.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;');
      this.#connection = new SqliteConnection(db);
    } catch (error) {
      throw sqliteError(error);
    }
  }

  async acquireConnection(): Promise<SqliteConnection> {
    if (!this.#connection) throw new Error('the store is closed');
    return this.#connection;
  }

  /** IMMEDIATE: a transaction that reads first and writes later could not wait for another process's write. */
  async beginTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('begin immediate'));
  }
  async commitTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('commit'));
  }
  async rollbackTransaction(connection: DatabaseConnection): Promise<void> {
    await connection.executeQuery(CompiledQuery.raw('rollback'));
  }
  async releaseConnection(): Promise<void> {}

  async destroy(): Promise<void> {
    this.#connection?.close();
    this.#connection = undefined;
  }
}

class SqliteConnection implements DatabaseConnection {
  readonly #db: DatabaseSync;

  constructor(db: DatabaseSync) {
    this.#db = db;
  }

  async executeQuery<R>(query: CompiledQuery): Promise<QueryResult<R>> {
    try {
      const statement = this.#db.prepare(query.sql);
      const parameters = query.parameters as SQLInputValue[];
      if (returnsRows(statement)) return { rows: statement.all(...parameters) as R[] };
      const { changes, lastInsertRowid } = statement.run(...parameters);
      return { rows: [], numAffectedRows: BigInt(changes), insertId: BigInt(lastInsertRowid) };
    } catch (error) {
      throw sqliteError(error);
    }
  }

  async *streamQuery<R>(query: CompiledQuery): AsyncIterableIterator<QueryResult<R>> {
    const statement = this.#db.prepare(query.sql);
    for (const row of statement.iterate(...(query.parameters as SQLInputValue[]))) yield { rows: [row as R] };
  }

  close(): void {
    this.#db.close();
  }
}

const returnsRows = (statement: StatementSync): boolean => statement.columns().length > 0;
