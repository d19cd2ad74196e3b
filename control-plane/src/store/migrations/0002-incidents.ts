import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

/** Incidents as the alerts tell them. Alerts from before have none. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema.alterTable('alerts').addColumn('incident', 'text').execute();
  await db.schema.createIndex('alerts_incident').on('alerts').columns(['incident', 'time_us', 'uuid']).execute();
  await createIncidents(db);
  await createMembers(db);
}

async function createIncidents(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('incidents')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('follows', 'text')
    .addColumn('first_us', 'bigint', (c) => c.notNull())
    .addColumn('last_us', 'bigint', (c) => c.notNull())
    .addColumn('severity', 'integer', (c) => c.notNull())
    .addColumn('alerts', 'bigint', (c) => c.notNull())
    .addColumn('occurrences', 'bigint', (c) => c.notNull())
    .addColumn('tactics', 'text', (c) => c.notNull())
    .addColumn('techniques', 'text', (c) => c.notNull())
    .addColumn('rules', 'text', (c) => c.notNull())
    .addColumn('search', 'text', (c) => c.notNull())
    .addColumn('root_us', 'bigint', (c) => c.notNull())
    .addColumn('root_uuid', 'text', (c) => c.notNull())
    .addColumn('place', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('incidents_first').on('incidents').columns(['first_us', 'id']).execute();
}

async function createMembers(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('incident_members')
    .addColumn('incident', 'text', (c) => c.notNull())
    .addColumn('member', 'text', (c) => c.notNull())
    .addColumn('node', 'text', (c) => c.notNull())
    .addColumn('namespace', 'text')
    .addColumn('container_id', 'text')
    .addColumn('container_full_id', 'text')
    .addColumn('container_name', 'text')
    .addColumn('image', 'text')
    .addColumn('search', 'text', (c) => c.notNull())
    .addColumn('alerts', 'bigint', (c) => c.notNull())
    .addPrimaryKeyConstraint('incident_members_key', ['incident', 'member'])
    .execute();
}
