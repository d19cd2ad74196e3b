import { type Kysely, sql } from 'kysely';
import type { Tables } from '../tables.ts';

/** Detectors: versions with their files, stages, grants, and findings that were recorded. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await createDetectors(db);
  await createVersions(db);
  await createStages(db);
  await createFindings(db);
  await db
    .insertInto('counters')
    .values([
      { name: 'detectors', value: 0 },
      { name: 'detector_versions', value: 0 },
      { name: 'detector_findings', value: 0 },
    ])
    .execute();
}

async function createDetectors(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('detectors')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('owner', 'text', (c) => c.notNull())
    .addColumn('scope', 'text')
    .addColumn('paused', 'integer', (c) => c.notNull())
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('detectors_owner').on('detectors').column('owner').execute();
  // No reference to the detector: a grant may come before the first upload.
  await db.schema
    .createTable('detector_grants')
    .addColumn('name', 'text', (c) => c.primaryKey())
    .addColumn('capabilities', 'text', (c) => c.notNull())
    .addColumn('time_ms', 'bigint', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .execute();
}

async function createVersions(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('detector_versions')
    .addColumn('id', 'text', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull().references('detectors.name').onDelete('cascade'))
    .addColumn('version', 'text', (c) => c.notNull())
    .addColumn('sequence', 'bigint', (c) => c.notNull())
    .addColumn('manifest_text', 'text', (c) => c.notNull())
    .addColumn('manifest', 'text', (c) => c.notNull())
    .addColumn('config', 'text', (c) => c.notNull())
    .addColumn('encoding', 'text', (c) => c.notNull())
    .addColumn('imports', 'text', (c) => c.notNull())
    .addColumn('exports', 'text', (c) => c.notNull())
    .addColumn('memory_min', 'integer', (c) => c.notNull())
    .addColumn('memory_max', 'integer', (c) => c.notNull())
    .addColumn('module_hash', 'text', (c) => c.notNull())
    .addColumn('module_bytes', 'integer', (c) => c.notNull())
    .addColumn('upload', 'text', (c) => c.notNull())
    .addColumn('upload_bytes', 'integer', (c) => c.notNull())
    .addColumn('signature', 'text')
    .addColumn('signed_by', 'text')
    .addColumn('created_ms', 'bigint', (c) => c.notNull())
    .addColumn('created_by', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('detector_versions_name').on('detector_versions').columns(['name', 'sequence']).execute();
  // The type of bytes that either database takes: SQLite goes by what is stored.
  await db.schema
    .createTable('detector_files')
    .addColumn('version_id', 'text', (c) => c.primaryKey().references('detector_versions.id').onDelete('cascade'))
    .addColumn('module', sql`bytea`, (c) => c.notNull())
    .addColumn('upload', sql`bytea`, (c) => c.notNull())
    .execute();
}

async function createStages(db: Kysely<Tables>): Promise<void> {
  // No reference to versions: what was in a stage when stays told after a version was deleted.
  await db.schema
    .createTable('detector_stages')
    .addColumn('revision', 'bigint', (c) => c.primaryKey())
    .addColumn('name', 'text', (c) => c.notNull().references('detectors.name').onDelete('cascade'))
    .addColumn('shadow', 'text')
    .addColumn('canary', 'text')
    .addColumn('selector', 'text')
    .addColumn('active', 'text')
    .addColumn('parent', 'bigint')
    .addColumn('time_ms', 'bigint', (c) => c.notNull())
    .addColumn('actor', 'text', (c) => c.notNull())
    .execute();
  await db.schema.createIndex('detector_stages_name').on('detector_stages').columns(['name', 'revision']).execute();
}

async function createFindings(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .createTable('detector_findings')
    .addColumn('sequence', 'bigint', (c) => c.primaryKey())
    .addColumn('version_id', 'text', (c) => c.notNull())
    .addColumn('name', 'text', (c) => c.notNull().references('detectors.name').onDelete('cascade'))
    .addColumn('uuid', 'text', (c) => c.notNull())
    .addColumn('revision', 'integer', (c) => c.notNull())
    .addColumn('body', 'text', (c) => c.notNull())
    .addUniqueConstraint('detector_findings_uuid', ['version_id', 'uuid'])
    .execute();
  await db.schema
    .createIndex('detector_findings_version')
    .on('detector_findings')
    .columns(['version_id', 'sequence'])
    .execute();
  await db.schema.createIndex('detector_findings_name').on('detector_findings').columns(['name', 'sequence']).execute();
}
