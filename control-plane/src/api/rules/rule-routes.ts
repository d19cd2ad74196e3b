import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { ReloadRequest, RuleCheck, RuleFilesRequest, RulesChanged, RulesState } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, problems } from '../route-parts.ts';
import { ruleFilesExample } from './examples.ts';
import { actorOf, body } from './rule-parts.ts';

const tags = ['Rules'];

/** What runs, checks of files, and reading the files of the server again. */
export function ruleRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const state = createRoute({
    method: 'get',
    path: '/api/v1/rules/state',
    tags,
    summary: 'Which rules this control plane runs',
    description: 'Each control plane answers for itself: they run the same rules when their digests are the same.',
    ...guarded(auth, 'read'),
    request: { query: emptyQuery },
    responses: { 200: json(RulesState, 'What runs'), ...problems(400, 401, 403) },
  });
  app.openapi(state, (c) => c.json(deps.ruleLife.state(), 200));

  const validate = createRoute({
    method: 'post',
    path: '/api/v1/rules/validate',
    tags,
    summary: 'Check rule files without keeping them',
    description: 'They are read together, in their order, behind the rule files of the server.',
    ...guarded(auth, 'read'),
    request: { query: emptyQuery, body: body(RuleFilesRequest, ruleFilesExample) },
    responses: {
      200: json(RuleCheck, 'What became of each rule, and every problem with its place'),
      ...problems(400, 401, 403, 413, 415, 422, 503),
    },
  });
  app.openapi(validate, async (c) => c.json(await deps.ruleLife.validate(c.req.valid('json').files), 200));

  const reload = createRoute({
    method: 'post',
    path: '/api/v1/rules/reload',
    tags,
    summary: 'Read the rule files of the server again',
    description:
      'On every control plane. Refused as a whole when there are errors that were not there before, unless `partial`.',
    ...guarded(auth, 'rules.write'),
    request: { query: emptyQuery, body: body(ReloadRequest, { partial: false }) },
    responses: { 200: json(RulesChanged, 'What runs now'), ...problems(400, 401, 403, 415, 422, 503) },
  });
  app.openapi(reload, async (c) => {
    const actor = actorOf(c.get('caller'));
    return c.json(await deps.ruleLife.reload(actor, c.req.valid('json').partial), 200);
  });
}
