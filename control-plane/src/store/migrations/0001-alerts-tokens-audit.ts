import { randomBytes } from 'node:crypto';
import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

/** The first tables. The same statements run on SQLite and on PostgreSQL. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await createAlerts(db);
  await createAccess(db);
  await createAudit(db);
  await createMeta(db);
}

async function createAlerts(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('alerts')
    .addColumn('uuid', 'text', (c) => c.primaryKey())
    .addColumn('revision', 'integer', (c) => c.notNull())
    .addColumn('change', 'bigint', (c) => c.notNull())
    .addColumn('time_us', 'bigint', (c) => c.notNull())
    .addColumn('rule', 'text', (c) => c.notNull())
    .addColumn('severity', 'integer', (c) => c.notNull())
    .addColumn('container_id', 'text')
    .addColumn('container_full_id', 'text')
    .addColumn('container_name', 'text')
    .addColumn('image', 'text')
    .addColumn('namespace', 'text')
    .addColumn('node', 'text', (c) => c.notNull())
    .addColumn('count', 'bigint', (c) => c.notNull())
    .addColumn('search', 'text', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('alerts_time').on('alerts').columns(['time_us', 'uuid']).execute();
  await db.schema.createIndex('alerts_change').on('alerts').column('change').unique().execute();
  await db.schema.createIndex('alerts_rule').on('alerts').columns(['rule', 'time_us', 'uuid']).execute();
  await db.schema.createIndex('alerts_namespace').on('alerts').columns(['namespace', 'time_us', 'uuid']).execute();
}

async function createAccess(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('tokens')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('hash', 'text', (c) => c.notNull().unique())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('role', 'text', (c) => c.notNull())
    .addColumn('namespaces', 'text')
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .addColumn('expires_ms', 'bigint')
    .addColumn('last_used_ms', 'bigint')
    .addColumn('revoked_ms', 'bigint')
    .execute();
  await db.schema
    .createTable('sessions')
    .addColumn('hash', 'text', (c) => c.primaryKey())
    .addColumn('token_id', 'text', (c) => c.notNull().references('tokens.id').onDelete('cascade'))
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .addColumn('expires_ms', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('sessions_token').on('sessions').columns(['token_id', 'created_ms']).execute();
}

async function createAudit(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('audit')
    .addColumn('id', 'bigint', (c) => c.primaryKey())
    .addColumn('time_ms', 'bigint', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('action', 'text', (c) => c.notNull())
    .addColumn('target', 'text')
    .addColumn('detail', 'text', (c) => c.notNull())
    .execute();
}

async function createMeta(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('meta')
    .addColumn('key', 'text', (c) => c.primaryKey())
    .addColumn('value', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('counters')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('value', 'bigint', (c) => c.notNull())
    .execute();
  // Tells a store from one that was built anew: positions in the live stream of the one mean nothing in the other.
  await db
    .insertInto('meta')
    .values({ key: 'store_id', value: randomBytes(6).toString('hex') })
    .execute();
  await db
    .insertInto('counters')
    .values([
      { name: 'alert_change', value: 0 },
      { name: 'audit', value: 0 },
      { name: 'tokens', value: 0 },
    ])
    .execute();
}
