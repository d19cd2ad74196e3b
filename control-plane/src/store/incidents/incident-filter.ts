import { PRIORITIES, type Priority } from '@picket/sdk';
import type { ExpressionBuilder, SqlBool } from 'kysely';
import { type Expression, sql } from 'kysely';
import { microseconds } from '../alert-row.ts';
import { containsPattern, storableText } from '../storable-text.ts';
import type { Tables } from '../tables.ts';
import type { IncidentMembersTable, IncidentsTable } from './incident-tables.ts';

/** Conditions a listed incident meets, all of them. Those on its members hold for one member together. */
export interface IncidentFilter {
  /** The only namespaces the reader may see; null sees all. */
  readonly scope: readonly string[] | null;
  /** At least this severe. */
  readonly priority?: Priority | undefined;
  /** Short id, full id or name. */
  readonly container?: string | undefined;
  readonly node?: string | undefined;
  readonly namespace?: string | undefined;
  /** Something happened at or after this time, RFC 3339. */
  readonly since?: string | undefined;
  /** It began before this time, RFC 3339. */
  readonly until?: string | undefined;
  /** Its last event was at this time or later (true), or before (false). */
  readonly activeSince?: { readonly time: string; readonly is: boolean } | undefined;
  /** Text in a rule, or in node, namespace, container name or image of a member. */
  readonly q?: string | undefined;
}

type Conditions = Expression<SqlBool>[];
type Incidents = ExpressionBuilder<Tables, 'incidents'>;
type Members = ExpressionBuilder<Tables, 'incidents' | 'incident_members'>;

/** What the filter asks of the row of an incident and of its members. */
export function incidentConditions(eb: Incidents, filter: IncidentFilter): Conditions {
  const { priority, since, until, activeSince, q } = filter;
  const out: Conditions = [];
  if (priority) out.push(eb('severity', '<=', PRIORITIES.indexOf(priority)));
  if (since) out.push(eb('last_us', '>=', microseconds(since)));
  if (until) out.push(eb('first_us', '<', microseconds(until)));
  if (activeSince) out.push(eb('last_us', activeSince.is ? '>=' : '<', microseconds(activeSince.time)));
  if (asksForMember(filter)) out.push(hasMember(eb, (member) => memberConditions(member, filter)));
  if (q) {
    const inMember = (member: Members) => [
      ...scopeConditions(member, filter),
      containsText(member.ref('incident_members.search'), q),
    ];
    out.push(eb.or([containsText(eb.ref('incidents.search'), q), hasMember(eb, inMember)]));
  }
  return out;
}

/** The same of an incident of which the reader is told a part. What is asked of its members holds for the part already. */
export function fitsPart(
  row: IncidentsTable,
  members: readonly IncidentMembersTable[],
  filter: IncidentFilter,
): boolean {
  const { priority, since, until, activeSince, q } = filter;
  const text = q === undefined ? '' : storableText(q.toLowerCase());
  return (
    (!priority || row.severity <= PRIORITIES.indexOf(priority)) &&
    (!since || row.last_us >= microseconds(since)) &&
    (!until || row.first_us < microseconds(until)) &&
    (!activeSince || row.last_us >= microseconds(activeSince.time) === activeSince.is) &&
    [row, ...members].some(({ search }) => search.includes(text))
  );
}

const asksForMember = ({ scope, container, node, namespace }: IncidentFilter): boolean =>
  scope !== null || Boolean(container || node || namespace);

const hasMember = (eb: Incidents, conditions: (member: Members) => Conditions): Expression<SqlBool> =>
  eb.exists(
    eb
      .selectFrom('incident_members')
      .select('incident_members.member')
      .whereRef('incident_members.incident', '=', 'incidents.id')
      .where((member) => member.and(conditions(member))),
  );

function memberConditions(eb: Members, filter: IncidentFilter): Conditions {
  const { container, node, namespace } = filter;
  const out = scopeConditions(eb, filter);
  if (namespace) out.push(eb('incident_members.namespace', '=', storableText(namespace)));
  if (node) out.push(eb('incident_members.node', '=', storableText(node)));
  if (container) out.push(eb.or(CONTAINER.map((column) => eb(column, '=', storableText(container)))));
  return out;
}

function scopeConditions(eb: Members, { scope }: IncidentFilter): Conditions {
  if (!scope) return [];
  return [scope.length > 0 ? eb('incident_members.namespace', 'in', [...scope]) : eb.lit(false)];
}

const CONTAINER = [
  'incident_members.container_id',
  'incident_members.container_full_id',
  'incident_members.container_name',
] as const;

const containsText = (text: Expression<unknown>, q: string): Expression<SqlBool> =>
  sql<SqlBool>`${text} like ${containsPattern(q.toLowerCase())} escape '\\'`;
