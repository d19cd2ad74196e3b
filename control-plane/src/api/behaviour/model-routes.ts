import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { ModelComparison, ModelInfo, ModelScores, ModelVersionInfo, ModelVersionRef, pageOf } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, pageQuery, problems } from '../route-parts.ts';
import { behaviourActor, byId, MODELS, workloadQuery } from './behaviour-parts.ts';

const tags = ['Models'];

/** Models of behaviour: listed, with their versions and scores. */
export function modelRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const list = createRoute({
    method: 'get',
    path: MODELS,
    tags,
    summary: 'Workloads whose behaviour is learned, by key and digest',
    description:
      'There is one for each workload and image digest. A token with a scope sees those of its namespaces. `observed` is of the control plane that answers.',
    ...guarded(auth, 'read'),
    request: { query: workloadQuery },
    responses: { 200: json(pageOf(ModelInfo), 'A page of workloads'), ...problems(400, 401, 403, 503) },
  });
  app.openapi(list, async (c) =>
    c.json(await deps.behaviour.models(behaviourActor(c.get('caller')), c.req.valid('query')), 200),
  );

  const get = createRoute({
    method: 'get',
    path: `${MODELS}/{id}`,
    tags,
    summary: 'One workload: how far it is, and which version scores it',
    ...guarded(auth, 'read'),
    request: { params: byId, query: emptyQuery },
    responses: { 200: json(ModelInfo, 'The workload'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(get, async (c) =>
    c.json(await deps.behaviour.model(behaviourActor(c.get('caller')), c.req.valid('param').id), 200),
  );

  const versions = createRoute({
    method: 'get',
    path: `${MODELS}/{id}/versions`,
    tags,
    summary: 'Versions of a model, the newest first',
    description: 'The newest ten, and those that score, scored before, or were accepted first.',
    ...guarded(auth, 'read'),
    request: { params: byId, query: z.strictObject(pageQuery) },
    responses: { 200: json(pageOf(ModelVersionInfo), 'A page of versions'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(versions, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const actor = behaviourActor(c.get('caller'));
    return c.json(await deps.behaviour.versions(actor, c.req.valid('param').id, limit, cursor), 200);
  });

  const compare = createRoute({
    method: 'get',
    path: `${MODELS}/{id}/compare`,
    tags,
    summary: 'Two versions side by side',
    description: 'What their profiles have in common and apart, and how rates and thresholds moved.',
    ...guarded(auth, 'read'),
    request: { params: byId, query: z.strictObject({ a: ModelVersionRef, b: ModelVersionRef }) },
    responses: { 200: json(ModelComparison, 'The differences'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(compare, async (c) => {
    const { a, b } = c.req.valid('query');
    return c.json(await deps.behaviour.compare(behaviourActor(c.get('caller')), c.req.valid('param').id, a, b), 200);
  });

  const scores = createRoute({
    method: 'get',
    path: `${MODELS}/{id}/scores`,
    tags,
    summary: 'The newest scores of the containers of a workload',
    description: 'Of those that the control plane that answers watches.',
    ...guarded(auth, 'read'),
    request: { params: byId, query: emptyQuery },
    responses: { 200: json(ModelScores, 'Scores by container'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(scores, async (c) =>
    c.json(await deps.behaviour.scores(behaviourActor(c.get('caller')), c.req.valid('param').id), 200),
  );
}
