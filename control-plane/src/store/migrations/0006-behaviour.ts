import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';

/** Learned behaviour: workloads, what people decided about their profiles, versions of models, material, leases. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await createWorkloads(db);
  await createVersions(db);
  await createMaterial(db);
  await db
    .insertInto('counters')
    .values([
      { name: 'behaviour', value: 0 },
      { name: 'behaviour_versions', value: 0 },
      { name: 'behaviour_removed', value: 0 },
    ])
    .execute();
}

async function createWorkloads(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('behaviour_workloads')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('key', 'text', (c) => c.notNull())
    .addColumn('digest', 'text', (c) => c.notNull())
    .addColumn('image', 'text', (c) => c.notNull())
    .addColumn('namespace', 'text')
    .addColumn('stage', 'text', (c) => c.notNull())
    .addColumn('active', 'text')
    .addColumn('earlier', 'text', (c) => c.notNull())
    .addColumn('anchor', 'text')
    .addColumn('waiting', 'text')
    .addColumn('waiting_why', 'text')
    .addColumn('pinned', 'integer', (c) => c.notNull())
    .addColumn('paused', 'integer', (c) => c.notNull())
    .addColumn('target', 'double precision')
    .addColumn('epoch', 'integer', (c) => c.notNull())
    .addColumn('trained_windows', 'bigint', (c) => c.notNull())
    .addColumn('failed_ms', 'bigint')
    .addColumn('failure', 'text')
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .addColumn('changed_ms', 'bigint', (c) => c.notNull())
    .addColumn('used_ms', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('behaviour_workloads_key').on('behaviour_workloads').columns(['key', 'digest']).execute();
  await db.schema
    .createIndex('behaviour_workloads_used')
    .on('behaviour_workloads')
    .columns(['used_ms', 'id'])
    .execute();
  await db.schema
    .createTable('behaviour_decisions')
    .addColumn('workload', 'text', (c) => c.notNull().references('behaviour_workloads.id').onDelete('cascade'))
    .addColumn('token', 'text', (c) => c.notNull())
    .addColumn('pattern', 'integer', (c) => c.notNull())
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('what', 'text', (c) => c.notNull())
    .addColumn('reason', 'text', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .addColumn('time_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('behaviour_decisions_key', ['workload', 'token', 'pattern', 'state'])
    .execute();
}

async function createVersions(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('behaviour_versions')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('workload', 'text', (c) => c.notNull().references('behaviour_workloads.id').onDelete('cascade'))
    .addColumn('sequence', 'bigint', (c) => c.notNull())
    .addColumn('origin', 'text', (c) => c.notNull())
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .addColumn('seed', 'bigint', (c) => c.notNull())
    .addColumn('windows', 'bigint', (c) => c.notNull())
    .addColumn('runs', 'bigint', (c) => c.notNull())
    .addColumn('tokens', 'integer', (c) => c.notNull())
    .addColumn('classes', 'text', (c) => c.notNull())
    .addColumn('model_bytes', 'integer', (c) => c.notNull())
    .addColumn('profile_bytes', 'integer', (c) => c.notNull())
    .addColumn('threshold', 'text', (c) => c.notNull())
    .addColumn('held_out', 'text')
    .addColumn('anchor_drift', 'text')
    .addColumn('report', 'text', (c) => c.notNull())
    .addColumn('material_ms', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema
    .createIndex('behaviour_versions_workload')
    .on('behaviour_versions')
    .columns(['workload', 'sequence'])
    .execute();
  // The type of bytes that either database takes: SQLite goes by what is stored.
  await db.schema
    .createTable('behaviour_blobs')
    .addColumn('version_id', 'text', (c) => c.primaryKey().references('behaviour_versions.id').onDelete('cascade'))
    .addColumn('model', sql`bytea`, (c) => c.notNull())
    .addColumn('profile', sql`bytea`, (c) => c.notNull())
    .execute();
}

async function createMaterial(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('behaviour_material')
    .addColumn('workload', 'text', (c) => c.notNull().references('behaviour_workloads.id').onDelete('cascade'))
    .addColumn('partition', 'integer', (c) => c.notNull())
    .addColumn('epoch', 'integer', (c) => c.notNull())
    .addColumn('bytes', sql`bytea`, (c) => c.notNull())
    .addColumn('windows', 'bigint', (c) => c.notNull())
    .addColumn('runs', 'bigint', (c) => c.notNull())
    .addColumn('complete_runs', 'bigint', (c) => c.notNull())
    .addColumn('first_ms', 'bigint', (c) => c.notNull())
    .addColumn('time_ms', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('behaviour_material_key', ['workload', 'partition'])
    .execute();
  await db.schema
    .createTable('behaviour_leases')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('holder', 'text', (c) => c.notNull())
    .addColumn('fence', 'bigint', (c) => c.notNull())
    .addColumn('expires_ms', 'bigint', (c) => c.notNull())
    .execute();
}
