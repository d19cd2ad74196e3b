import { messageOf } from '@picket/sdk';
import type { Kysely } from 'kysely';
import { type Migration, Migrator } from 'kysely/migration';
import { ControlPlaneError } from '../errors.ts';
import * as first from './migrations/0001-alerts-tokens-audit.ts';
import * as incidents from './migrations/0002-incidents.ts';
import * as ruleSets from './migrations/0003-rule-sets.ts';
import * as detectors from './migrations/0004-detectors.ts';
import * as backtests from './migrations/0005-backtests.ts';
import * as behaviour from './migrations/0006-behaviour.ts';
import * as refusedWindows from './migrations/0007-refused-windows.ts';
import type { Tables } from './tables.ts';

/** Every migration by name, in order. A name and its file never change once they were released. */
const MIGRATIONS: Record<string, Migration> = {
  '0001-alerts-tokens-audit': first,
  '0002-incidents': incidents,
  '0003-rule-sets': ruleSets,
  '0004-detectors': detectors,
  '0005-backtests': backtests,
  '0006-behaviour': behaviour,
  '0007-refused-windows': refusedWindows,
};

/**
 * Brings the tables to what this version needs. Several control planes may start at once on PostgreSQL.
 * @throws ControlPlaneError STORE_MIGRATION, or STORE_UNAVAILABLE when the database can not be reached
 */
export async function migrate(db: Kysely<Tables>, migrations = MIGRATIONS): Promise<void> {
  const migrator = new Migrator({ db, provider: { getMigrations: async () => migrations } });
  const { error, results } = await migrator.migrateToLatest();
  if (error === undefined) return;
  if (error instanceof ControlPlaneError) throw error;
  const failed = results?.find((result) => result.status === 'Error')?.migrationName;
  const where = failed ? `migration ${failed} failed` : 'the migrations do not fit the store';
  throw new ControlPlaneError(
    'STORE_MIGRATION',
    `${where} (${messageOf(error)}): was the store used by a newer version? Start that version, or restore a backup`,
    { cause: error },
  );
}
