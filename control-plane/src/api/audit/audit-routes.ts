import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { AuditEntry, pageOf } from '@picket/sdk/client';
import { ControlPlaneError } from '../../errors.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { guarded, json, pageQuery, problems } from '../route-parts.ts';

/** What was done with Picket, and by whom. */
export function auditRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const list = createRoute({
    method: 'get',
    path: '/api/v1/audit',
    tags: ['Access'],
    summary: 'Audit entries, the newest first',
    description: 'Numbered from 1 without gaps. Not for tokens with a scope: entries are not of one namespace.',
    ...guarded(auth, 'audit.read'),
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: json(pageOf(AuditEntry), 'A page of entries'), ...problems(400, 401, 403) },
  });
  app.openapi(list, async (c) => {
    if (c.get('caller').scope !== null)
      throw new ControlPlaneError('AUTH_FORBIDDEN', 'the audit log is not for tokens that see only some namespaces');
    const { limit, cursor } = c.req.valid('query');
    const page = await deps.store.audit.list(limit, cursor);
    const items = page.items.map(({ id, time, detail, ...entry }) => ({
      ...entry,
      id: String(id),
      time: isoTime(time),
      detail: { ...detail },
    }));
    return c.json({ items, next: page.next }, 200);
  });
}
