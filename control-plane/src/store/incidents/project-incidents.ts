import { type Kysely, sql } from 'kysely';
import type { AlertsTable, Tables } from '../tables.ts';
import { foldIncident, type WrittenAlert } from './fold-incident.ts';
import type { IncidentMembersTable, IncidentsTable } from './incident-tables.ts';

/** What the store knew of an alert before it was written. */
export type KnownAlert = Pick<
  AlertsTable,
  'uuid' | 'revision' | 'count' | 'incident' | 'node' | 'container_full_id' | 'namespace'
>;

/** An alert that has become newer. */
export interface AlertWrite extends WrittenAlert {
  readonly before: KnownAlert | undefined;
}

/** Rows in one statement: SQLite takes 32766 parameters. */
const CHUNK = 500;

/**
 * Brings the incidents to what their alerts say after a write. Nobody else may write alerts until the transaction ends.
 * @param writes each alert once
 */
export async function projectIncidents(trx: Kysely<Tables>, writes: readonly AlertWrite[]): Promise<void> {
  const concerned = writes.filter(({ row, before }) => row.incident !== null || (before?.incident ?? null) !== null);
  if (concerned.length === 0) return;
  await takeOut(trx, concerned);
  await foldIn(trx, concerned);
  await countMembers(trx, concerned);
}

/** An alert that is told anew after state was lost may have come into another incident. */
async function takeOut(trx: Kysely<Tables>, writes: readonly AlertWrite[]): Promise<void> {
  for (const { row, before } of writes) {
    if (!before?.incident || before.incident === row.incident) continue;
    await trx
      .updateTable('incidents')
      .set((eb) => ({ alerts: eb('alerts', '-', 1), occurrences: eb('occurrences', '-', before.count) }))
      .where('id', '=', before.incident)
      .execute();
    await trx.deleteFrom('incidents').where('id', '=', before.incident).where('alerts', '<=', 0).execute();
  }
}

async function foldIn(trx: Kysely<Tables>, writes: readonly AlertWrite[]): Promise<void> {
  const ids = [...new Set(writes.map(({ row }) => row.incident).filter((id) => id !== null))];
  const rows = new Map<string, IncidentsTable>();
  for (const some of chunks(ids))
    for (const row of await trx.selectFrom('incidents').selectAll().where('id', 'in', some).execute())
      rows.set(row.id, row);
  for (const write of writes) {
    const { incident } = write.row;
    if (incident === null) continue;
    const counted = write.before?.incident === incident ? write.before.count : undefined;
    rows.set(incident, foldIncident(rows.get(incident), write, counted));
  }
  for (const some of chunks([...rows.values()])) await upsertIncidents(trx, some);
}

async function upsertIncidents(trx: Kysely<Tables>, rows: readonly IncidentsTable[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'id') as (keyof IncidentsTable)[];
  await trx
    .insertInto('incidents')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('id')
        .doUpdateSet((eb) => Object.fromEntries(columns.map((column) => [column, eb.ref(`excluded.${column}`)]))),
    )
    .execute();
}

/** Counts the alerts of the members: one whose container became known goes over to another member. */
async function countMembers(trx: Kysely<Tables>, writes: readonly AlertWrite[]): Promise<void> {
  const changes = new Map<string, IncidentMembersTable>();
  const change = (row: IncidentMembersTable) => {
    const key = `${row.incident} ${row.member}`;
    const sum = changes.get(key);
    changes.set(key, { ...row, ...(sum && namesOf(row, sum)), alerts: row.alerts + (sum?.alerts ?? 0) });
  };
  for (const { row, before } of writes) {
    if (before?.incident) change({ ...NOBODY, ...memberOf(before, before.incident), alerts: -1 });
    if (row.incident !== null) change({ ...pickNames(row), ...memberOf(row, row.incident), alerts: 1 });
  }
  for (const some of chunks([...changes.values()])) await addToMembers(trx, some);
  const incidents = [...new Set([...changes.values()].map(({ incident }) => incident))];
  for (const some of chunks(incidents))
    await trx.deleteFrom('incident_members').where('incident', 'in', some).where('alerts', '<=', 0).execute();
}

async function addToMembers(trx: Kysely<Tables>, rows: readonly IncidentMembersTable[]): Promise<void> {
  await trx
    .insertInto('incident_members')
    .values(rows)
    .onConflict((conflict) =>
      conflict.columns(['incident', 'member']).doUpdateSet((eb) => ({
        alerts: eb('incident_members.alerts', '+', eb.ref('excluded.alerts')),
        ...Object.fromEntries(
          NAMES.map((name) => [name, eb.fn.coalesce(`excluded.${name}`, `incident_members.${name}`)]),
        ),
        // Names only become known, so the longer text is the one that has them.
        search: sql<string>`case when length(excluded.search) > length(incident_members.search)
          then excluded.search else incident_members.search end`,
      })),
    )
    .execute();
}

const NAMES = ['container_id', 'container_name', 'image'] as const;
type Names = Pick<IncidentMembersTable, (typeof NAMES)[number] | 'search'>;

const NOBODY: Names = { container_id: null, container_name: null, image: null, search: '' };

function pickNames({ node, namespace, container_id, container_name, image }: AlertsTable): Names {
  const search = [node, namespace, container_name, image].map((text) => text ?? '').join('\n');
  return { container_id, container_name, image, search: search.toLowerCase() };
}

/** What is known of either. */
const namesOf = (newer: Names, older: Names): Names => ({
  container_id: newer.container_id ?? older.container_id,
  container_name: newer.container_name ?? older.container_name,
  image: newer.image ?? older.image,
  search: newer.search.length > older.search.length ? newer.search : older.search,
});

type Place = Pick<AlertsTable, 'node' | 'container_full_id' | 'namespace'>;

const memberOf = ({ node, container_full_id, namespace }: Place, incident: string) => ({
  incident,
  member: JSON.stringify([node, container_full_id, namespace]),
  node,
  container_full_id,
  namespace,
});

function chunks<T>(list: readonly T[]): T[][] {
  const out: T[][] = [];
  for (let at = 0; at < list.length; at += CHUNK) out.push(list.slice(at, at + CHUNK));
  return out;
}
