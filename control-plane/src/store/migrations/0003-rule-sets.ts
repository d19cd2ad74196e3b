import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

/** Rule sets, what is active of them, and what was changed about single rules. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await createSets(db);
  await createChanges(db);
  await db
    .insertInto('counters')
    .values([
      { name: 'rules', value: 0 },
      { name: 'rule_files', value: 0 },
    ])
    .execute();
}

async function createSets(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('rule_sets')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull())
    .addColumn('files', 'text', (c) => c.notNull())
    .addColumn('partial', 'integer', (c) => c.notNull())
    .addColumn('rules', 'integer', (c) => c.notNull())
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('rule_sets_created').on('rule_sets').columns(['created_ms', 'id']).execute();
  // No reference to the set: what was active when stays told after a set was deleted.
  await db.schema
    .createTable('rule_activations')
    .addColumn('revision', 'bigint', (c) => c.primaryKey())
    .addColumn('set_id', 'text')
    .addColumn('parent', 'bigint')
    .addColumn('time_ms', 'bigint', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .execute();
}

async function createChanges(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('rule_overrides')
    .addColumn('rule', 'text', (c) => c.primaryKey())
    .addColumn('enabled', 'integer')
    .addColumn('priority', 'text')
    .addColumn('reason', 'text')
    .addColumn('time_ms', 'bigint', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .execute();
  await db.schema
    .createTable('rule_exceptions')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('rule', 'text', (c) => c.notNull())
    .addColumn('spec', 'text', (c) => c.notNull())
    .addColumn('alert', 'text')
    .addColumn('state', 'text', (c) => c.notNull())
    .addColumn('owner', 'text')
    .addColumn('reason', 'text')
    .addColumn('expires_ms', 'bigint')
    .addColumn('proposed_ms', 'bigint', (c) => c.notNull())
    .addColumn('proposed_by', 'text', (c) => c.notNull())
    .addColumn('accepted_ms', 'bigint')
    .addColumn('accepted_by', 'text')
    .addColumn('ended_ms', 'bigint')
    .addColumn('ended_by', 'text')
    .addColumn('silenced', 'bigint', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('rule_exceptions_state').on('rule_exceptions').columns(['state', 'expires_ms']).execute();
  await db.schema
    .createIndex('rule_exceptions_proposed')
    .on('rule_exceptions')
    .columns(['proposed_ms', 'id'])
    .execute();
}
