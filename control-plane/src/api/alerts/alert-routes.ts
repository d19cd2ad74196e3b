import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { PRIORITIES } from '@picket/sdk';
import { ControlPlaneError } from '../../errors.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, pageQuery, problems } from '../route-parts.ts';
import { AlertDocument, AlertPageDocument } from '../schemas.ts';
import { formatPosition } from './stream-position.ts';

const time = z.iso.datetime({ offset: true, precision: null });

const AlertQuery = z.strictObject({
  ...pageQuery,
  priority: z.enum(PRIORITIES).optional().openapi({ description: 'At least this severe' }),
  rule: z.string().min(1).max(500).optional(),
  container: z.string().min(1).max(500).optional().openapi({ description: 'Id, short or full, or name' }),
  node: z.string().min(1).max(253).optional(),
  namespace: z.string().min(1).max(63).optional(),
  since: time.optional().openapi({ description: 'Time of the causing event, inclusive' }),
  until: time.optional().openapi({ description: 'Time of the causing event, exclusive' }),
  q: z.string().min(1).max(200).optional().openapi({
    description: 'Text within rule, output, node, container name or image, in any case',
  }),
});

/** The stored alerts. */
export function alertRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const read = guarded(auth, 'read');

  const list = createRoute({
    method: 'get',
    path: '/api/v1/alerts',
    tags: ['Alerts'],
    summary: 'Alerts, the newest first',
    description: 'A token with a scope sees the alerts of its namespaces.',
    ...read,
    request: { query: AlertQuery },
    responses: { 200: json(AlertPageDocument, 'A page of alerts'), ...problems(400, 401, 403, 503) },
  });
  app.openapi(list, async (c) => {
    // Read before the page: what is written in between comes twice, never not at all.
    const position = formatPosition(deps.store.id, await deps.store.alerts.lastChange());
    const page = await deps.store.alerts.list({ ...c.req.valid('query'), scope: c.get('caller').scope });
    return c.json({ ...page, position }, 200);
  });

  const get = createRoute({
    method: 'get',
    path: '/api/v1/alerts/{uuid}',
    tags: ['Alerts'],
    summary: 'One alert in its newest revision',
    ...read,
    request: { params: z.object({ uuid: z.uuid() }), query: emptyQuery },
    responses: { 200: json(AlertDocument, 'The alert'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(get, async (c) => {
    const { uuid } = c.req.valid('param');
    const alert = await deps.store.alerts.get(uuid, c.get('caller').scope);
    // An alert outside of the scope answers like one that is not there: its existence is not told.
    if (!alert) throw new ControlPlaneError('NOT_FOUND', `there is no alert ${uuid}, or the token may not see it`);
    return c.json(alert, 200);
  });
}
