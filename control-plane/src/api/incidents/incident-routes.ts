import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { INCIDENT_GAP_MINUTES, PRIORITIES } from '@picket/sdk';
import type { Incident } from '@picket/sdk/client';
import { ControlPlaneError } from '../../errors.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { guarded, json, pageQuery, problems } from '../route-parts.ts';
import type { StoredIncident } from '../stores.ts';
import { IncidentDetailDocument, IncidentPageDocument } from './incident-documents.ts';
import { incidentStep } from './incident-step.ts';

const time = z.iso.datetime({ offset: true, precision: null });

const IncidentQuery = z.strictObject({
  ...pageQuery,
  state: z.enum(['open', 'quiet']).optional().openapi({ description: 'Whether further alerts may join it' }),
  priority: z.enum(PRIORITIES).optional().openapi({ description: 'Its worst alert is at least this severe' }),
  container: z.string().min(1).max(500).optional().openapi({
    description: 'Id, short or full, or name of a container that took part',
  }),
  node: z.string().min(1).max(253).optional(),
  namespace: z.string().min(1).max(63).optional(),
  since: time.optional().openapi({ description: 'Something happened at or after this time' }),
  until: time.optional().openapi({ description: 'It began before this time' }),
  q: z.string().min(1).max(200).optional().openapi({
    description: 'Text within a rule, or node, namespace, container name or image of a member, in any case',
  }),
});

/** The incidents: alerts that are one story. */
export function incidentRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator, now: () => number): void {
  const read = guarded(auth, 'read');
  const quietSince = () => now() - INCIDENT_GAP_MINUTES * 60_000;
  const withState = (incident: StoredIncident): Incident => ({
    ...incident,
    state: Date.parse(incident.last_seen) >= quietSince() ? 'open' : 'quiet',
  });

  const list = createRoute({
    method: 'get',
    path: '/api/v1/incidents',
    tags: ['Incidents'],
    summary: 'Incidents, those that began last first',
    description:
      'A token with a scope sees the incidents in which its namespaces took part, as their alerts alone tell them. ' +
      'A page may then be shorter than its limit though another one follows.',
    ...read,
    request: { query: IncidentQuery },
    responses: { 200: json(IncidentPageDocument, 'A page of incidents'), ...problems(400, 401, 403, 503) },
  });
  app.openapi(list, async (c) => {
    const { state, ...query } = c.req.valid('query');
    const activeSince = state && { time: new Date(quietSince()).toISOString(), is: state === 'open' };
    const page = await deps.store.incidents.list({ ...query, activeSince, scope: c.get('caller').scope });
    return c.json({ ...page, items: page.items.map(withState) }, 200);
  });

  const get = createRoute({
    method: 'get',
    path: '/api/v1/incidents/{id}',
    tags: ['Incidents'],
    summary: 'One incident with a page of its timeline',
    description: '`cursor` and `limit` are about the timeline, whose oldest alert comes first.',
    ...read,
    request: { params: z.object({ id: z.uuid() }), query: z.strictObject(pageQuery) },
    responses: {
      200: json(IncidentDetailDocument, 'The incident'),
      ...problems(400, 401, 403, 404, 503),
    },
  });
  app.openapi(get, async (c) => {
    const { id } = c.req.valid('param');
    const { limit, cursor } = c.req.valid('query');
    const { scope } = c.get('caller');
    const incident = await deps.store.incidents.get(id, scope);
    // One outside of the scope answers like one that is not there: its existence is not told.
    if (!incident) throw new ControlPlaneError('NOT_FOUND', `there is no incident ${id}, or the token may not see it`);
    const { items, next } = await deps.store.incidents.alerts(id, scope, limit, cursor);
    return c.json({ ...withState(incident), timeline: { items: items.map(incidentStep), next } }, 200);
  });
}
