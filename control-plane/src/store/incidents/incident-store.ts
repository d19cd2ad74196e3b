import { setImmediate } from 'node:timers/promises';
import { type Alert, PRIORITIES } from '@picket/sdk';
import type { Incident } from '@picket/sdk/client';
import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import { alertRow } from '../alert-row.ts';
import { cutPage, decodePosition, type PagePosition } from '../page-position.ts';
import { storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';
import { foldIncident } from './fold-incident.ts';
import { fitsPart, type IncidentFilter, incidentConditions } from './incident-filter.ts';
import { incidentScore } from './incident-score.ts';
import type { IncidentMembersTable, IncidentsTable } from './incident-tables.ts';

export interface IncidentListing extends IncidentFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** An incident; whether it is still open depends on who asks when. */
export type StoredIncident = Omit<Incident, 'state'>;

type Scope = readonly string[] | null;
interface Page<T> {
  readonly items: T[];
  readonly next: string | null;
}

/** Incidents looked through at once: a few ms. */
const LIST_SLICE = 1000;
/** Alerts read at once while an incident is put together again. */
const SLICE = 500;

/** The incidents: a projection of the alerts, written together with them. */
export class IncidentStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /**
   * The incidents that began last first, a page at a time. A reader with a scope is told what the alerts of its
   * namespaces come to; a page may then be shorter than its limit though another one follows.
   * @throws ControlPlaneError REQUEST_INVALID for a made-up cursor
   */
  async list(listing: IncidentListing): Promise<Page<StoredIncident>> {
    const rows: IncidentsTable[] = [];
    let after = listing.cursor === undefined ? undefined : decodePosition(listing.cursor);
    for (;;) {
      const end = await this.#endOfSlice(after);
      rows.push(...(await this.#rows(listing, after, end, listing.limit + 1 - rows.length)));
      if (end === undefined || rows.length > listing.limit) break;
      after = end;
      // SQLite runs on the thread that does everything else.
      await setImmediate();
    }
    const page = cutPage(rows, listing.limit, beginOf);
    const seen = await this.#seen(page.rows, listing.scope);
    const items = seen.filter(({ row, members, isPart }) => !isPart || fitsPart(row, members, listing));
    return { items: items.map(({ row, members }) => incidentOf(row, members)), next: page.next };
  }

  /** Where the slice after a position ends; undefined when what is left is shorter. */
  async #endOfSlice(after: PagePosition | undefined): Promise<PagePosition | undefined> {
    const row = await this.#db
      .selectFrom('incidents')
      .select(['first_us', 'id'])
      .where((eb) => eb.and(between(eb, after, undefined)))
      .orderBy('first_us', 'desc')
      .orderBy('id', 'desc')
      .limit(1)
      .offset(LIST_SLICE - 1)
      .executeTakeFirst();
    return row && beginOf(row);
  }

  async #rows(
    listing: IncidentListing,
    after: PagePosition | undefined,
    end: PagePosition | undefined,
    limit: number,
  ): Promise<IncidentsTable[]> {
    return await this.#db
      .selectFrom('incidents')
      .selectAll()
      .where((eb) => eb.and([...incidentConditions(eb, listing), ...between(eb, after, end)]))
      .orderBy('first_us', 'desc')
      .orderBy('id', 'desc')
      .limit(limit)
      .execute();
  }

  /** One incident, when the reader may see any of it. */
  async get(id: string, scope: Scope): Promise<StoredIncident | undefined> {
    const row = await this.#db
      .selectFrom('incidents')
      .selectAll()
      .where('id', '=', storableText(id.toLowerCase()))
      .executeTakeFirst();
    const [seen] = row ? await this.#seen([row], scope) : [];
    return seen && incidentOf(seen.row, seen.members);
  }

  /**
   * The alerts of an incident that the reader may see, the oldest first.
   * @throws ControlPlaneError REQUEST_INVALID for a made-up cursor
   */
  async alerts(id: string, scope: Scope, limit: number, cursor?: string): Promise<Page<Alert>> {
    const after = cursor === undefined ? undefined : decodePosition(cursor);
    const rows = await this.#alerts(id, scope, limit + 1, after);
    const page = cutPage(rows, limit, positionOf);
    return { items: page.rows.map((row) => JSON.parse(row.body) as Alert), next: page.next };
  }

  async #alerts(id: string, scope: Scope, limit: number, after: PagePosition | undefined) {
    return await this.#db
      .selectFrom('alerts')
      .select(['uuid', 'time_us', 'body'])
      .where('incident', '=', storableText(id.toLowerCase()))
      .where((eb) => (scope ? (scope.length > 0 ? eb('namespace', 'in', [...scope]) : eb.lit(false)) : eb.lit(true)))
      .$if(after !== undefined, (query) =>
        query.where((eb) => eb(eb.refTuple('time_us', 'uuid'), '>', eb.tuple(after?.at ?? 0, after?.id ?? ''))),
      )
      .orderBy('time_us')
      .orderBy('uuid')
      .limit(limit)
      .execute();
  }

  /** What a reader may see of incidents, with their members; those of which it may see nothing are left out. */
  async #seen(rows: readonly IncidentsTable[], scope: Scope): Promise<Seen[]> {
    const members = await this.#members(rows.map(({ id }) => id));
    const out: Seen[] = [];
    for (const row of rows) {
      const all = members.get(row.id) ?? [];
      const visible = all.filter(({ namespace }) => !scope || (namespace !== null && scope.includes(namespace)));
      const isPart = visible.length < all.length;
      if (visible.length === 0) continue;
      const told = isPart ? await this.#foldAgain(row.id, scope) : row;
      if (told) out.push({ row: told, members: visible, isPart });
    }
    return out;
  }

  async #members(incidents: readonly string[]): Promise<Map<string, IncidentMembersTable[]>> {
    if (incidents.length === 0) return new Map();
    const rows = await this.#db
      .selectFrom('incident_members')
      .selectAll()
      .where('incident', 'in', incidents)
      .orderBy('alerts', 'desc')
      .orderBy('member')
      .execute();
    return Map.groupBy(rows, ({ incident }) => incident);
  }

  /** The row of an incident as if only the alerts within the scope had been. */
  async #foldAgain(id: string, scope: Scope): Promise<IncidentsTable | undefined> {
    let row: IncidentsTable | undefined;
    let after: PagePosition | undefined;
    for (;;) {
      const slice = await this.#alerts(id, scope, SLICE, after);
      for (const { body } of slice) {
        const alert = JSON.parse(body) as Alert;
        row = foldIncident(row, { alert, row: alertRow(alert, 0) }, undefined);
      }
      const last = slice.at(-1);
      if (!last || slice.length < SLICE) return row;
      after = positionOf(last);
      await setImmediate();
    }
  }
}

interface Seen {
  readonly row: IncidentsTable;
  readonly members: readonly IncidentMembersTable[];
  /** There are alerts that the reader may not see. */
  readonly isPart: boolean;
}

const beginOf = (row: Pick<IncidentsTable, 'first_us' | 'id'>): PagePosition => ({ at: row.first_us, id: row.id });

/** Behind `after` and up to `end`, in the order of the list. */
function between(
  eb: ExpressionBuilder<Tables, 'incidents'>,
  after: PagePosition | undefined,
  end: PagePosition | undefined,
): Expression<SqlBool>[] {
  const begin = eb.refTuple('first_us', 'id');
  return [
    ...(after ? [eb(begin, '<', eb.tuple(after.at, after.id))] : []),
    ...(end ? [eb(begin, '>=', eb.tuple(end.at, end.id))] : []),
  ];
}

const positionOf = (row: { time_us: number; uuid: string }): PagePosition => ({ at: row.time_us, id: row.uuid });

type Place = Pick<Incident, 'node' | 'container' | 'workload'>;

function incidentOf(row: IncidentsTable, members: readonly IncidentMembersTable[]): StoredIncident {
  const tactics = JSON.parse(row.tactics) as string[];
  const techniques = JSON.parse(row.techniques) as string[];
  return {
    id: row.id,
    follows: row.follows,
    priority: PRIORITIES[row.severity] ?? 'Debug',
    score: incidentScore(row.severity, tactics.length, techniques.length),
    first_seen: isoOf(row.first_us),
    last_seen: isoOf(row.last_us),
    alerts: row.alerts,
    occurrences: row.occurrences,
    tactics,
    techniques,
    rules: JSON.parse(row.rules) as string[],
    ...(JSON.parse(row.place) as Place),
    members: members.map(memberOf),
  };
}

const memberOf = (row: IncidentMembersTable): Incident['members'][number] => ({
  node: row.node,
  namespace: row.namespace,
  container: row.container_full_id === null ? null : containerOf(row, row.container_full_id),
  alerts: row.alerts,
});

const containerOf = (row: IncidentMembersTable, fullId: string) => ({
  id: row.container_id ?? fullId.slice(0, 12),
  full_id: fullId,
  name: row.container_name,
  image: row.image,
});

/** µs since 1970 as RFC 3339. */
function isoOf(us: number): string {
  const text = new Date(Math.floor(us / 1000)).toISOString();
  return `${text.slice(0, -1)}${String(us % 1000).padStart(3, '0')}Z`;
}
