import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { pageOf, RuleSet, RuleSetCreated, RuleSetInfo, RuleSetRequest, RulesChanged } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, pageQuery, problems } from '../route-parts.ts';
import { ruleSetExample } from './examples.ts';
import { actorOf, body } from './rule-parts.ts';

const tags = ['Rules'];
const params = z.object({ id: z.string().regex(/^[0-9a-f]{64}$/, 'a rule set has an id of 64 hexadecimal digits') });

/** Rule sets: uploaded, read, made active, gone back from. */
export function setRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const read = guarded(auth, 'read');
  const write = guarded(auth, 'rules.write');

  const create = createRoute({
    method: 'post',
    path: '/api/v1/rules/sets',
    tags,
    summary: 'Upload a rule set',
    description:
      'Checked as a whole and refused with all that is wrong, unless `partial` says to leave out what can not be loaded. It is kept, not active. The same files are the same set.',
    ...write,
    request: { query: emptyQuery, body: body(RuleSetRequest, ruleSetExample) },
    responses: {
      201: json(RuleSetCreated, 'The set, and what was said about it'),
      ...problems(400, 401, 403, 409, 413, 415, 422, 503),
    },
  });
  app.openapi(create, async (c) => {
    const actor = actorOf(c.get('caller'));
    return c.json(await deps.ruleLife.createSet(actor, c.req.valid('json')), 201);
  });

  const list = createRoute({
    method: 'get',
    path: '/api/v1/rules/sets',
    tags,
    summary: 'Rule sets, the newest first',
    ...read,
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: json(pageOf(RuleSetInfo), 'A page of sets'), ...problems(400, 401, 403, 503) },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    return c.json(await deps.ruleLife.sets(limit, cursor), 200);
  });

  const get = createRoute({
    method: 'get',
    path: '/api/v1/rules/sets/{id}',
    tags,
    summary: 'One rule set with its files',
    ...read,
    request: { params, query: emptyQuery },
    responses: { 200: json(RuleSet, 'The set'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(get, async (c) => c.json(await deps.ruleLife.set(c.req.valid('param').id), 200));

  const remove = createRoute({
    method: 'delete',
    path: '/api/v1/rules/sets/{id}',
    tags,
    summary: 'Delete a rule set that is not active',
    ...write,
    request: { params, query: emptyQuery },
    responses: { 204: { description: 'It is deleted' }, ...problems(400, 401, 403, 404, 409, 503) },
  });
  app.openapi(remove, async (c) => {
    await deps.ruleLife.deleteSet(actorOf(c.get('caller')), c.req.valid('param').id);
    return c.body(null, 204);
  });

  const activate = createRoute({
    method: 'post',
    path: '/api/v1/rules/sets/{id}/activate',
    tags,
    summary: 'Run a rule set in place of the active one',
    description:
      'Compiled whole before it takes the place of the running rules between two batches of events: none is lost. What can not be compiled changes nothing.',
    ...write,
    request: { params, query: emptyQuery },
    responses: { 200: json(RulesChanged, 'What runs now'), ...problems(400, 401, 403, 404, 409, 422, 503) },
  });
  app.openapi(activate, async (c) => {
    const actor = actorOf(c.get('caller'));
    return c.json(await deps.ruleLife.activateSet(actor, c.req.valid('param').id), 200);
  });

  const rollback = createRoute({
    method: 'post',
    path: '/api/v1/rules/rollback',
    tags,
    summary: 'Go back to the set that was active before',
    description: 'Step by step: another call goes back one further, at last to the files of the server alone.',
    ...write,
    request: { query: emptyQuery },
    responses: { 200: json(RulesChanged, 'What runs now'), ...problems(400, 401, 403, 409, 422, 503) },
  });
  app.openapi(rollback, async (c) => c.json(await deps.ruleLife.rollback(actorOf(c.get('caller'))), 200));
}
