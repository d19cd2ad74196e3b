import { closeSync, mkdirSync, openSync } from 'node:fs';
import { dirname } from 'node:path';
import { messageOf } from '@picket/sdk';
import { type Dialect, SqliteAdapter, SqliteIntrospector, SqliteQueryCompiler } from 'kysely';
import { ControlPlaneError } from '../../errors.ts';
import { SqliteDriver } from './sqlite-driver.ts';

/**
 * Kysely on a file through the SQLite of Node. The file is made readable by its owner alone; its side files follow it.
 * @throws ControlPlaneError STORE_UNAVAILABLE when the file can not be made
 */
export function sqliteDialect(path: string): Dialect {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'a', 0o600));
  } catch (cause) {
    const message = `the store ${path} can not be made (${messageOf(cause)}): check the path and its rights`;
    throw new ControlPlaneError('STORE_UNAVAILABLE', message, { cause });
  }
  return {
    createAdapter: () => new SqliteAdapter(),
    createDriver: () => new SqliteDriver(path),
    createIntrospector: (db) => new SqliteIntrospector(db),
    createQueryCompiler: () => new SqliteQueryCompiler(),
  };
}
