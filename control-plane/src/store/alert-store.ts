import { setImmediate } from 'node:timers/promises';
import { type Alert, PRIORITIES, type Priority } from '@picket/sdk';
import type { ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import { type Expression, sql } from 'kysely';
import { alertRow, microseconds } from './alert-row.ts';
import { lastNumber, nextNumbers } from './counters.ts';
import { inTransaction } from './in-transaction.ts';
import type { WrittenAlert } from './incidents/fold-incident.ts';
import { type AlertWrite, type KnownAlert, projectIncidents } from './incidents/project-incidents.ts';
import { cutPage, decodePosition, type PagePosition } from './page-position.ts';
import { containsPattern, storableText } from './storable-text.ts';
import type { AlertsTable, Tables } from './tables.ts';

/** Conditions a listed alert meets, all of them. */
export interface AlertFilter {
  /** The only namespaces the reader may see; null sees all, also alerts without a namespace. */
  readonly scope: readonly string[] | null;
  /** At least this severe. */
  readonly priority?: Priority | undefined;
  readonly rule?: string | undefined;
  /** Short id, full id or name. */
  readonly container?: string | undefined;
  readonly node?: string | undefined;
  readonly namespace?: string | undefined;
  /** RFC 3339, inclusive. */
  readonly since?: string | undefined;
  /** RFC 3339, exclusive. */
  readonly until?: string | undefined;
  readonly q?: string | undefined;
}

export interface AlertListing extends AlertFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
}

/** One write to the table of alerts. */
export interface AlertChange {
  readonly change: number;
  readonly alert: Alert;
}

/** Rows in one statement: SQLite takes 32766 parameters. */
const CHUNK = 500;
/** Rows looked through at once where no index helps: a few ms. */
const SLICE = 5000;

type ListedRow = Pick<AlertsTable, 'uuid' | 'time_us' | 'body'>;
const positionOf = (row: Pick<AlertsTable, 'uuid' | 'time_us'>): PagePosition => ({ at: row.time_us, id: row.uuid });

/** The alerts: a projection of the alert stream, with the newest revision of each. */
export class AlertStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /**
   * Writes alerts and what they change of their incidents; of each alert the highest revision stays, whatever order or
   * how often they come. All or none.
   * @returns how many rows are new or newer than before
   */
  async upsert(alerts: readonly Alert[]): Promise<number> {
    const newest = newestRevisions(alerts);
    if (newest.length === 0) return 0;
    return await inTransaction(this.#db, async (trx) => {
      // The counter row stays locked until the commit: changes become visible in their order.
      const first = await nextNumbers(trx, 'alert_change', newest.length);
      const writes: AlertWrite[] = [];
      for (let at = 0; at < newest.length; at += CHUNK) {
        const some = newest.slice(at, at + CHUNK).map((alert, i) => ({ alert, row: alertRow(alert, first + at + i) }));
        const newer = await onlyNewer(trx, some);
        if (newer.length > 0)
          await upsertRows(
            trx,
            newer.map(({ row }) => row),
          );
        writes.push(...newer);
      }
      await projectIncidents(trx, writes);
      return writes.length;
    });
  }

  /**
   * The newest alerts first, a page at a time. Looks through the table in slices where no index helps, and lets others
   * work in between: SQLite runs on the thread that does everything else.
   * @throws ControlPlaneError REQUEST_INVALID for a made-up cursor
   */
  async list(listing: AlertListing): Promise<{ items: Alert[]; next: string | null }> {
    const rows: ListedRow[] = [];
    let after = listing.cursor === undefined ? undefined : decodePosition(listing.cursor);
    for (;;) {
      const end = isIndexed(listing) ? undefined : await this.#endOfSlice(listing, after);
      rows.push(...(await this.#rows(listing, after, end, listing.limit + 1 - rows.length)));
      if (end === undefined || rows.length > listing.limit) break;
      after = end;
      await setImmediate();
    }
    const page = cutPage(rows, listing.limit, positionOf);
    return { items: page.rows.map((row) => JSON.parse(row.body) as Alert), next: page.next };
  }

  /** Where the slice after a position ends; undefined when what is left is shorter. */
  async #endOfSlice(listing: AlertListing, after: PagePosition | undefined): Promise<PagePosition | undefined> {
    const row = await this.#db
      .selectFrom('alerts')
      .select(['time_us', 'uuid'])
      .where((eb) => eb.and([...indexedConditions(eb, listing), ...behind(eb, after)]))
      .orderBy('time_us', 'desc')
      .orderBy('uuid', 'desc')
      .limit(1)
      .offset(SLICE - 1)
      .executeTakeFirst();
    return row && positionOf(row);
  }

  async #rows(
    listing: AlertListing,
    after: PagePosition | undefined,
    end: PagePosition | undefined,
    limit: number,
  ): Promise<ListedRow[]> {
    return await this.#db
      .selectFrom('alerts')
      .select(['uuid', 'time_us', 'body'])
      .where((eb) => eb.and([...indexedConditions(eb, listing), ...otherConditions(eb, listing)]))
      .where((eb) => eb.and([...behind(eb, after), ...notBehind(eb, end)]))
      .orderBy('time_us', 'desc')
      .orderBy('uuid', 'desc')
      .limit(limit)
      .execute();
  }

  /** One alert, when the reader may see it. */
  async get(uuid: string, scope: readonly string[] | null): Promise<Alert | undefined> {
    const row = await this.#db
      .selectFrom('alerts')
      .select('body')
      .where('uuid', '=', storableText(uuid.toLowerCase()))
      .where((eb) => eb.and(indexedConditions(eb, { scope })))
      .executeTakeFirst();
    return row && (JSON.parse(row.body) as Alert);
  }

  /** Writes after a position, the oldest first. Alerts that were written again later appear only there. */
  async changesAfter(change: number, limit: number): Promise<AlertChange[]> {
    const rows = await this.#db
      .selectFrom('alerts')
      .select(['change', 'body'])
      .where('change', '>', change)
      .orderBy('change')
      .limit(limit)
      .execute();
    return rows.map((row) => ({ change: row.change, alert: JSON.parse(row.body) as Alert }));
  }

  /** The position of the newest write; 0 in an empty store. */
  async lastChange(): Promise<number> {
    return await lastNumber(this.#db, 'alert_change');
  }
}

function newestRevisions(alerts: readonly Alert[]): Alert[] {
  const newest = new Map<string, Alert>();
  for (const alert of alerts) {
    const key = alert.uuid.toLowerCase();
    const known = newest.get(key);
    if (!known || known.revision < alert.revision) newest.set(key, alert);
  }
  return [...newest.values()];
}

/** Leaves out what the store has in this or a newer revision. The counter row is locked: nobody writes in between. */
async function onlyNewer(trx: Kysely<Tables>, written: readonly WrittenAlert[]): Promise<AlertWrite[]> {
  const rows: KnownAlert[] = await trx
    .selectFrom('alerts')
    .select(['uuid', 'revision', 'count', 'incident', 'node', 'container_full_id', 'namespace'])
    .where(
      'uuid',
      'in',
      written.map(({ row }) => row.uuid),
    )
    .execute();
  const known = new Map(rows.map((row) => [row.uuid, row]));
  return written
    .map((one) => ({ ...one, before: known.get(one.row.uuid) }))
    .filter(({ row, before }) => before === undefined || before.revision < row.revision);
}

async function upsertRows(db: Kysely<Tables>, rows: AlertsTable[]): Promise<void> {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'uuid') as (keyof AlertsTable)[];
  await db
    .insertInto('alerts')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('uuid')
        .doUpdateSet((eb) => Object.fromEntries(columns.map((column) => [column, eb.ref(`excluded.${column}`)])))
        .whereRef('alerts.revision', '<', 'excluded.revision'),
    )
    .execute();
}

type Conditions = Expression<SqlBool>[];
type Alerts = ExpressionBuilder<Tables, 'alerts'>;

/** Conditions that an index of the table answers, so that a page costs what it holds. */
function indexedConditions(eb: Alerts, { scope, rule, namespace, since, until }: AlertFilter): Conditions {
  const out: Conditions = [];
  if (scope) out.push(scope.length > 0 ? eb('namespace', 'in', [...scope]) : eb.lit(false));
  if (rule) out.push(eb('rule', '=', storableText(rule)));
  if (namespace) out.push(eb('namespace', '=', storableText(namespace)));
  if (since) out.push(eb('time_us', '>=', microseconds(since)));
  if (until) out.push(eb('time_us', '<', microseconds(until)));
  return out;
}

const isIndexed = ({ priority, container, node, q }: AlertFilter): boolean => !(priority || container || node || q);

/** Conditions for which rows have to be looked at one by one. */
function otherConditions(eb: Alerts, { priority, container, node, q }: AlertFilter): Conditions {
  const out: Conditions = [];
  if (priority) out.push(eb('severity', '<=', PRIORITIES.indexOf(priority)));
  if (container) out.push(eb.or(CONTAINER.map((column) => eb(column, '=', storableText(container)))));
  if (node) out.push(eb('node', '=', storableText(node)));
  if (q) out.push(sql<SqlBool>`${eb.ref('search')} like ${containsPattern(q.toLowerCase())} escape '\\'`);
  return out;
}

const CONTAINER = ['container_id', 'container_full_id', 'container_name'] as const;

const behind = (eb: Alerts, position: PagePosition | undefined): Conditions =>
  position ? [eb(eb.refTuple('time_us', 'uuid'), '<', eb.tuple(position.at, position.id))] : [];

const notBehind = (eb: Alerts, position: PagePosition | undefined): Conditions =>
  position ? [eb(eb.refTuple('time_us', 'uuid'), '>=', eb.tuple(position.at, position.id))] : [];
