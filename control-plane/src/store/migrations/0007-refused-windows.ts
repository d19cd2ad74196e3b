import type { Kysely } from 'kysely';
import type { Tables } from '../tables.ts';

/** Of each material, the windows that nothing was learned from: JSON, a count by reason. */
export async function up(db: Kysely<Tables>): Promise<void> {
  await db.schema
    .alterTable('behaviour_material')
    .addColumn('refused', 'text', (c) => c.notNull().defaultTo('{}'))
    .execute();
}
