import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { ProfileDecisionRequest, ProfileDocument, ProfileImport, ProfileInfo, pageOf } from '@picket/sdk/client';
import { accepts } from 'hono/accepts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, problems } from '../route-parts.ts';
import { behaviourActor, body, byId, PROFILES, workloadQuery } from './behaviour-parts.ts';

const tags = ['Profiles'];
const YAML = 'application/yaml';
const decisionExample = { tokens: ['x:/usr/bin/pg_dump', 'c:backup:9000'], reason: 'nightly backup' };
const importExample = { yaml: '# what picket profiles export ID wrote\n', reason: 'learned in staging' };

/** Profiles: what workloads are known to do, listed, exported, imported, and decided about by people. */
export function profileRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const list = createRoute({
    method: 'get',
    path: PROFILES,
    tags,
    summary: 'Profiles of workloads, by key and digest',
    description: 'A token with a scope sees those of its namespaces.',
    ...guarded(auth, 'read'),
    request: { query: workloadQuery },
    responses: { 200: json(pageOf(ProfileInfo), 'A page of profiles'), ...problems(400, 401, 403, 503) },
  });
  app.openapi(list, async (c) =>
    c.json(await deps.behaviour.profiles(behaviourActor(c.get('caller')), c.req.valid('query')), 200),
  );

  const get = createRoute({
    method: 'get',
    path: `${PROFILES}/{id}`,
    tags,
    summary: 'One profile with all entries; as YAML for a file where `accept` asks for it',
    ...guarded(auth, 'read'),
    request: { params: byId, query: emptyQuery },
    responses: {
      200: {
        description: 'The profile',
        content: { 'application/json': { schema: ProfileDocument }, [YAML]: { schema: z.string() } },
      },
      ...problems(400, 401, 403, 404, 409, 503),
    },
  });
  app.openapi(get, async (c) => {
    const actor = behaviourActor(c.get('caller'));
    const { id } = c.req.valid('param');
    const supports = ['application/json', YAML, 'text/yaml'];
    const type = accepts(c, { header: 'Accept', supports, default: 'application/json' });
    if (type === 'application/json') return c.json(await deps.behaviour.profile(actor, id), 200);
    return c.body(await deps.behaviour.exportProfile(actor, id), 200, { 'content-type': `${YAML}; charset=utf-8` });
  });

  const put = createRoute({
    method: 'put',
    path: `${PROFILES}/{id}`,
    tags,
    summary: 'Import a profile from YAML',
    description:
      'Its head must name the workload that the address names. It takes the place of what was learned until another version is promoted (`pinned`); the model stays. A workload that is not known is made, in stage monitor. Where the server has keys (`PICKET_DETECTOR_KEYS`), it must be signed by one of them. What is refused tells every place in `errors`.',
    ...guarded(auth, 'models.write'),
    request: { params: byId, query: emptyQuery, body: body(ProfileImport, importExample) },
    responses: { 200: json(ProfileInfo, 'The profile'), ...problems(400, 401, 403, 404, 409, 413, 415, 422, 503) },
  });
  app.openapi(put, async (c) => {
    const actor = behaviourActor(c.get('caller'));
    return c.json(await deps.behaviour.importProfile(actor, c.req.valid('param').id, c.req.valid('json')), 200);
  });

  const summaries = {
    allow: 'Say that tokens belong to a workload, whether they are learned or not',
    remove: 'Say that tokens do not belong to a workload, whether they are learned or not',
  } as const;
  for (const what of ['allow', 'remove'] as const) {
    const decide = createRoute({
      method: 'post',
      path: `${PROFILES}/{id}/${what}`,
      tags,
      summary: summaries[what],
      description:
        'It holds until it is forgotten, for later versions and later images too. Without the permission `exceptions.accept` it is a proposal, which changes nothing until somebody with that permission says the same.',
      ...guarded(auth, 'exceptions.propose'),
      request: { params: byId, query: emptyQuery, body: body(ProfileDecisionRequest, decisionExample) },
      responses: { 200: json(ProfileInfo, 'The profile'), ...problems(400, 401, 403, 404, 409, 415, 503) },
    });
    app.openapi(decide, async (c) => {
      const actor = behaviourActor(c.get('caller'));
      return c.json(await deps.behaviour.decide(actor, c.req.valid('param').id, what, c.req.valid('json')), 200);
    });
  }

  const forget = createRoute({
    method: 'post',
    path: `${PROFILES}/{id}/forget`,
    tags,
    summary: 'Take back what was said about tokens, and turn proposals down',
    ...guarded(auth, 'exceptions.accept'),
    request: { params: byId, query: emptyQuery, body: body(ProfileDecisionRequest, decisionExample) },
    responses: { 200: json(ProfileInfo, 'The profile'), ...problems(400, 401, 403, 404, 409, 415, 503) },
  });
  app.openapi(forget, async (c) => {
    const actor = behaviourActor(c.get('caller'));
    return c.json(await deps.behaviour.forget(actor, c.req.valid('param').id, c.req.valid('json')), 200);
  });
}
