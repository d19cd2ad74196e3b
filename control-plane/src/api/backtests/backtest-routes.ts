import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { BACKTEST_STATES, Backtest, BacktestInfo, BacktestRequest, pageOf } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/caller.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, pageQuery, problems } from '../route-parts.ts';
import { body } from '../rules/rule-parts.ts';
import type { BacktestActor } from './backtest-lifecycle.ts';

const tags = ['Backtests'];
const params = z.object({ id: z.uuid() });

export const backtestActor = ({ tokenId, scope, permissions }: Caller): BacktestActor => ({
  id: tokenId,
  scope,
  permissions,
});

/** Detectors and rules over events of the past. */
export function backtestRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const read = guarded(auth, 'read');
  const write = guarded(auth, 'detectors.shadow');

  const create = createRoute({
    method: 'post',
    path: '/api/v1/backtests',
    tags,
    summary: 'Try a detector or rules over events of the past',
    description:
      'It waits for its turn and runs beside detection, at full speed, without any effect but its result. Rules need the permission `rules.write` besides. A token that sees only some namespaces tries over the events of these.',
    ...write,
    request: {
      query: emptyQuery,
      body: body(BacktestRequest, {
        detector: { name: 'port-scan', version: '1.1.0' },
        from: { since: '2027-01-11T08:00:00Z' },
        filters: { namespaces: ['shop'] },
      }),
    },
    responses: {
      202: json(BacktestInfo, 'It waits or runs'),
      ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503),
    },
  });
  app.openapi(create, async (c) => {
    const info = await deps.backtests.create(backtestActor(c.get('caller')), c.req.valid('json'));
    c.header('location', `/api/v1/backtests/${info.id}`);
    return c.json(info, 202);
  });

  const list = createRoute({
    method: 'get',
    path: '/api/v1/backtests',
    tags,
    summary: 'Backtests, the newest first',
    ...read,
    request: { query: z.strictObject({ ...pageQuery, state: z.enum(BACKTEST_STATES).optional() }) },
    responses: { 200: json(pageOf(BacktestInfo), 'A page of backtests'), ...problems(400, 401, 403, 503) },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor, state } = c.req.valid('query');
    return c.json(await deps.backtests.list(backtestActor(c.get('caller')), { limit, cursor }, state), 200);
  });

  const get = createRoute({
    method: 'get',
    path: '/api/v1/backtests/{id}',
    tags,
    summary: 'One backtest, with how far it is or what came of it',
    ...read,
    request: { params, query: emptyQuery },
    responses: { 200: json(Backtest, 'The backtest'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(get, async (c) =>
    c.json(await deps.backtests.get(backtestActor(c.get('caller')), c.req.valid('param').id), 200),
  );

  const remove = createRoute({
    method: 'delete',
    path: '/api/v1/backtests/{id}',
    tags,
    summary: 'End a backtest that waits or runs, or remove one that has ended',
    ...write,
    request: { params, query: emptyQuery },
    responses: { 204: { description: 'It is ended, or removed' }, ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(remove, async (c) => {
    await deps.backtests.delete(backtestActor(c.get('caller')), c.req.valid('param').id);
    return c.body(null, 204);
  });
}
