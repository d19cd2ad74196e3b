import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import {
  EXCEPTION_STATES,
  ExceptionInfo,
  ExceptionProposal,
  ExceptionRequest,
  ProposalRequest,
  pageOf,
} from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, pageQuery, problems } from '../route-parts.ts';
import { exceptionExample, proposalExample } from './examples.ts';
import { actorOf, body } from './rule-parts.ts';

const tags = ['Rules'];

/** Exceptions of rules: proposed from alerts, accepted, listed, ended. */
export function exceptionRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const propose = createRoute({
    method: 'post',
    path: '/api/v1/rules/exceptions/proposals',
    tags,
    summary: 'Propose an exception from an alert, and see what it would have silenced',
    description:
      'Runs the rule with and without the exception over stored events, and looks through stored alerts. `effect` says how much was looked at. Nothing runs otherwise until the proposal is accepted.',
    ...guarded(auth, 'exceptions.propose'),
    request: { query: emptyQuery, body: body(ProposalRequest, proposalExample) },
    responses: {
      200: json(ExceptionProposal, 'The exception and its effect'),
      ...problems(400, 401, 403, 404, 409, 415, 422, 503),
    },
  });
  app.openapi(propose, async (c) => {
    const { scope, tokenId } = c.get('caller');
    return c.json(await deps.ruleLife.propose({ id: tokenId }, scope, c.req.valid('json')), 200);
  });

  const accept = createRoute({
    method: 'post',
    path: '/api/v1/rules/exceptions',
    tags,
    summary: 'Make a proposed exception hold until it expires',
    ...guarded(auth, 'exceptions.accept'),
    request: { query: emptyQuery, body: body(ExceptionRequest, exceptionExample) },
    responses: {
      201: json(ExceptionInfo, 'The exception'),
      ...problems(400, 401, 403, 404, 409, 415, 422, 503),
    },
  });
  app.openapi(accept, async (c) => {
    const actor = actorOf(c.get('caller'));
    return c.json(await deps.ruleLife.accept(actor, c.req.valid('json')), 201);
  });

  const list = createRoute({
    method: 'get',
    path: '/api/v1/rules/exceptions',
    tags,
    summary: 'Exceptions, the newest first',
    description: 'Not for tokens with a scope: their tests may name what lies in other namespaces.',
    ...guarded(auth, 'read'),
    request: { query: z.strictObject({ ...pageQuery, state: z.enum(EXCEPTION_STATES).optional() }) },
    responses: { 200: json(pageOf(ExceptionInfo), 'A page of exceptions'), ...problems(400, 401, 403, 503) },
  });
  app.openapi(list, async (c) => {
    actorOf(c.get('caller'));
    const { limit, cursor, state } = c.req.valid('query');
    return c.json(await deps.ruleLife.exceptions(limit, cursor, state), 200);
  });

  const end = createRoute({
    method: 'delete',
    path: '/api/v1/rules/exceptions/{id}',
    tags,
    summary: 'End an exception, or turn a proposal down',
    ...guarded(auth, 'exceptions.accept'),
    request: { params: z.object({ id: z.uuid() }), query: emptyQuery },
    responses: { 204: { description: 'It has ended' }, ...problems(400, 401, 403, 404, 409, 503) },
  });
  app.openapi(end, async (c) => {
    await deps.ruleLife.endException(actorOf(c.get('caller')), c.req.valid('param').id);
    return c.body(null, 204);
  });
}
