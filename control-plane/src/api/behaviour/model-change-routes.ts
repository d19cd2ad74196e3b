import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { ModelInfo, ModelPromoteRequest, ModelReasonRequest, ModelStageRequest } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, problems } from '../route-parts.ts';
import { behaviourActor, body, byId, MODELS } from './behaviour-parts.ts';

const tags = ['Models'];
const failures = () => problems(400, 401, 403, 404, 409, 415, 503);

/** What operators do with models. */
export function modelChangeRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const promote = createRoute({
    method: 'post',
    path: `${MODELS}/{id}/promote`,
    tags,
    summary: 'Make a version the one that scores',
    description:
      'Whoever promotes a version accepts it: a workload in stage learning or review goes to monitor, and later versions are compared with this one. When it is not the newest one, newer ones wait from then on (`pinned`).',
    ...guarded(auth, 'models.write'),
    request: { params: byId, query: emptyQuery, body: body(ModelPromoteRequest, { version: '0f3c9a51' }) },
    responses: { 200: json(ModelInfo, 'What scores now'), ...failures() },
  });
  app.openapi(promote, async (c) => {
    const actor = behaviourActor(c.get('caller'));
    return c.json(await deps.behaviour.promote(actor, c.req.valid('param').id, c.req.valid('json')), 200);
  });

  const rollback = createRoute({
    method: 'post',
    path: `${MODELS}/{id}/rollback`,
    tags,
    summary: 'Go back to the version that scored before',
    description: 'Step by step: another call goes back one further. Newer versions wait from then on (`pinned`).',
    ...guarded(auth, 'models.write'),
    request: { params: byId, query: emptyQuery, body: body(ModelReasonRequest, { reason: 'alarms at every dump' }) },
    responses: { 200: json(ModelInfo, 'What scores now'), ...failures() },
  });
  app.openapi(rollback, async (c) => {
    const actor = behaviourActor(c.get('caller'));
    return c.json(await deps.behaviour.rollback(actor, c.req.valid('param').id, c.req.valid('json')), 200);
  });

  const reset = createRoute({
    method: 'post',
    path: `${MODELS}/{id}/reset`,
    tags,
    summary: 'Forget what was seen of a workload, and learn it anew',
    description:
      'Its versions are kept and may be promoted; what people decided about its profile holds on. Meanwhile it is scored as while learning.',
    ...guarded(auth, 'models.write'),
    request: {
      params: byId,
      query: emptyQuery,
      body: body(ModelReasonRequest, { reason: 'learned during an attack' }),
    },
    responses: { 200: json(ModelInfo, 'It learns'), ...failures() },
  });
  app.openapi(reset, async (c) => {
    const actor = behaviourActor(c.get('caller'));
    return c.json(await deps.behaviour.reset(actor, c.req.valid('param').id, c.req.valid('json')), 200);
  });

  const stage = createRoute({
    method: 'post',
    path: `${MODELS}/{id}/stage`,
    tags,
    summary: 'Change the stage of a workload, whether it learns, or the alarms that are put up with',
    description:
      'What is left out stays as it is. `learning` observes it for the usual time again; `review` keeps its findings quiet until somebody sets `monitor`; `enforce` lets response policies act on what is new. Another target holds from the next training on.',
    ...guarded(auth, 'models.write'),
    request: { params: byId, query: emptyQuery, body: body(ModelStageRequest, { stage: 'enforce' }) },
    responses: { 200: json(ModelInfo, 'The workload'), ...failures() },
  });
  app.openapi(stage, async (c) => {
    const actor = behaviourActor(c.get('caller'));
    return c.json(await deps.behaviour.stage(actor, c.req.valid('param').id, c.req.valid('json')), 200);
  });
}
