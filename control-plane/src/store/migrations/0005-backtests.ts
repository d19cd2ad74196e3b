import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

/** Backtests with their results, and uploaded captures. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('backtests')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('subject', 'text', (c) => c.notNull())
    .addColumn('source', 'text', (c) => c.notNull())
    .addColumn('filters', 'text', (c) => c.notNull())
    .addColumn('namespaces', 'text')
    .addColumn('version_id', 'text')
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('replica', 'text', (c) => c.notNull())
    .addColumn('seen_ms', 'bigint', (c) => c.notNull())
    .addColumn('started_ms', 'bigint')
    .addColumn('finished_ms', 'bigint')
    .addColumn('progress', 'text', (c) => c.notNull())
    .addColumn('clean', 'integer')
    .addColumn('error', 'text')
    .addColumn('result', 'text')
    .execute();
  await db.schema.createIndex('backtests_created').on('backtests').columns(['created_ms', 'id']).execute();
  await db.schema.createIndex('backtests_version').on('backtests').columns(['version_id', 'clean']).execute();
  await db.schema
    .createTable('captures')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('bytes', 'bigint', (c) => c.notNull())
    .addColumn('batches', 'bigint', (c) => c.notNull())
    .addColumn('from_ms', 'bigint')
    .addColumn('until_ms', 'bigint')
    .addColumn('namespaces', 'text')
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('captures_created').on('captures').columns(['created_ms', 'id']).execute();
}
