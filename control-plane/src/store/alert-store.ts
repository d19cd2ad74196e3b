import { type Alert, PRIORITIES, type Priority } from '@picket/sdk';
import type { ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import { type Expression, sql } from 'kysely';
import { alertRow, microseconds } from './alert-row.ts';
import { nextNumbers } from './counters.ts';
import { inTransaction } from './in-transaction.ts';
import { cutPage, decodePosition } from './page-position.ts';
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

/** The alerts: a projection of the alert stream, with the newest revision of each. */
export class AlertStore {
  readonly #db: Kysely<Tables>;

  constructor(db: Kysely<Tables>) {
    this.#db = db;
  }

  /**
   * Writes alerts; of each the highest revision stays, whatever order or how often they come. All or none.
   * @returns how many rows are new or newer than before
   */
  async upsert(alerts: readonly Alert[]): Promise<number> {
    const newest = newestRevisions(alerts);
    if (newest.length === 0) return 0;
    return await inTransaction(this.#db, async (trx) => {
      // The counter row stays locked until the commit: changes become visible in their order.
      const first = await nextNumbers(trx, 'alert_change', newest.length);
      let written = 0;
      for (let at = 0; at < newest.length; at += CHUNK) {
        const rows = newest.slice(at, at + CHUNK).map((alert, i) => alertRow(alert, first + at + i));
        written += await upsertRows(trx, rows);
      }
      return written;
    });
  }

  /** The newest alerts first, a page at a time. @throws ControlPlaneError REQUEST_INVALID for a made-up cursor */
  async list(listing: AlertListing): Promise<{ items: Alert[]; next: string | null }> {
    const after = listing.cursor === undefined ? undefined : decodePosition(listing.cursor);
    const rows = await this.#db
      .selectFrom('alerts')
      .select(['uuid', 'time_us', 'body'])
      .where((eb) => eb.and(conditions(eb, listing)))
      .$if(after !== undefined, (query) =>
        query.where((eb) => eb(eb.refTuple('time_us', 'uuid'), '<', eb.tuple(after?.at ?? 0, after?.id ?? ''))),
      )
      .orderBy('time_us', 'desc')
      .orderBy('uuid', 'desc')
      .limit(listing.limit + 1)
      .execute();
    const page = cutPage(rows, listing.limit, (row) => ({ at: row.time_us, id: row.uuid }));
    return { items: page.rows.map((row) => JSON.parse(row.body) as Alert), next: page.next };
  }

  /** One alert, when the reader may see it. */
  async get(uuid: string, scope: readonly string[] | null): Promise<Alert | undefined> {
    const row = await this.#db
      .selectFrom('alerts')
      .select('body')
      .where('uuid', '=', storableText(uuid.toLowerCase()))
      .where((eb) => eb.and(conditions(eb, { scope })))
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
    const row = await this.#db
      .selectFrom('counters')
      .select('value')
      .where('name', '=', 'alert_change')
      .executeTakeFirstOrThrow();
    return row.value;
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

async function upsertRows(db: Kysely<Tables>, rows: AlertsTable[]): Promise<number> {
  const columns = Object.keys(rows[0] ?? {}).filter((column) => column !== 'uuid') as (keyof AlertsTable)[];
  const result = await db
    .insertInto('alerts')
    .values(rows)
    .onConflict((conflict) =>
      conflict
        .column('uuid')
        .doUpdateSet((eb) => Object.fromEntries(columns.map((column) => [column, eb.ref(`excluded.${column}`)])))
        .whereRef('alerts.revision', '<', 'excluded.revision'),
    )
    .executeTakeFirst();
  return Number(result.numInsertedOrUpdatedRows ?? 0n);
}

function conditions(eb: ExpressionBuilder<Tables, 'alerts'>, filter: AlertFilter): Expression<SqlBool>[] {
  const out: Expression<SqlBool>[] = [];
  const { scope, priority, rule, container, node, namespace, since, until, q } = filter;
  if (scope) out.push(scope.length > 0 ? eb('namespace', 'in', [...scope]) : eb.lit(false));
  if (priority) out.push(eb('severity', '<=', PRIORITIES.indexOf(priority)));
  if (rule) out.push(eb('rule', '=', storableText(rule)));
  if (container) out.push(eb.or(CONTAINER.map((column) => eb(column, '=', storableText(container)))));
  if (node) out.push(eb('node', '=', storableText(node)));
  if (namespace) out.push(eb('namespace', '=', storableText(namespace)));
  if (since) out.push(eb('time_us', '>=', microseconds(since)));
  if (until) out.push(eb('time_us', '<', microseconds(until)));
  if (q) out.push(sql<SqlBool>`${eb.ref('search')} like ${containsPattern(q.toLowerCase())} escape '\\'`);
  return out;
}

const CONTAINER = ['container_id', 'container_full_id', 'container_name'] as const;
