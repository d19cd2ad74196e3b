import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { pageOf, RuleOverrideInfo, RuleOverrideRequest, RulesChanged } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, problems } from '../route-parts.ts';
import { overrideExample } from './examples.ts';
import { actorOf, body } from './rule-parts.ts';

const tags = ['Rules'];
const path = '/api/v1/rules/{id}/override';
const params = z.object({ id: z.string().min(1).max(300).openapi({ description: 'Name or id of the rule' }) });

/** What is changed about single rules, apart from their files. */
export function overrideRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const write = guarded(auth, 'rules.write');

  const list = createRoute({
    method: 'get',
    path: '/api/v1/rules/overrides',
    tags,
    summary: 'Overrides, by name of the rule',
    ...guarded(auth, 'read'),
    request: { query: emptyQuery },
    responses: { 200: json(pageOf(RuleOverrideInfo), 'All of them'), ...problems(400, 401, 403, 503) },
  });
  app.openapi(list, async (c) => c.json({ items: await deps.ruleLife.overrides(), next: null }, 200));

  const put = createRoute({
    method: 'put',
    path,
    tags,
    summary: 'Switch a rule on or off, or change its priority',
    description:
      'In place of an override that was there. It stays when the files change, and waits when the rule is gone.',
    ...write,
    request: { params, query: emptyQuery, body: body(RuleOverrideRequest, overrideExample) },
    responses: { 200: json(RulesChanged, 'What runs now'), ...problems(400, 401, 403, 404, 409, 415, 503) },
  });
  app.openapi(put, async (c) => {
    const actor = actorOf(c.get('caller'));
    return c.json(await deps.ruleLife.setOverride(actor, c.req.valid('param').id, c.req.valid('json')), 200);
  });

  const remove = createRoute({
    method: 'delete',
    path,
    tags,
    summary: 'Run a rule as its files say again',
    ...write,
    request: { params, query: emptyQuery },
    responses: { 200: json(RulesChanged, 'What runs now'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(remove, async (c) => {
    const actor = actorOf(c.get('caller'));
    return c.json(await deps.ruleLife.deleteOverride(actor, c.req.valid('param').id), 200);
  });
}
