import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { ProbePlan } from '@picket/sdk';
import { ContainerInfo, NodeInfo, pageOf, RuleList } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, pageQuery, problems } from '../route-parts.ts';
import { pageInMemory } from './page-in-memory.ts';

/** Containers, nodes, rules and the probe plan. */
export function directoryRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const read = guarded(auth, 'read');
  const errors = problems(400, 401, 403);

  const containers = createRoute({
    method: 'get',
    path: '/api/v1/containers',
    tags: ['Inventory'],
    summary: 'Containers that the nodes know',
    description: 'A token with a scope sees the containers of its namespaces.',
    ...read,
    request: {
      query: z.strictObject({
        ...pageQuery,
        node: z.string().max(253).optional(),
        namespace: z.string().max(63).optional(),
      }),
    },
    responses: {
      200: json(pageOf(ContainerInfo), 'A page of containers: those that run first, then by node and slot'),
      ...errors,
    },
  });
  app.openapi(containers, async (c) => {
    const { node, namespace, limit, cursor } = c.req.valid('query');
    const { scope } = c.get('caller');
    const seen = (await deps.containers.list()).filter(
      (item) =>
        (scope === null || (item.namespace !== null && scope.includes(item.namespace))) &&
        (node === undefined || item.node === node) &&
        (namespace === undefined || item.namespace === namespace),
    );
    const keyOf = (item: ContainerInfo) =>
      `${item.state === 'running' ? 0 : 1}${item.node}\0${padded(item.slot)}${padded(item.generation)}`;
    return c.json(pageInMemory(seen, keyOf, limit, cursor), 200);
  });

  const nodes = createRoute({
    method: 'get',
    path: '/api/v1/nodes',
    tags: ['Inventory'],
    summary: 'Nodes and what was lost on them',
    ...read,
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: json(pageOf(NodeInfo), 'A page of nodes, by name'), ...errors },
  });
  app.openapi(nodes, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    return c.json(
      pageInMemory(await deps.nodes.list(), (item) => item.node, limit, cursor),
      200,
    );
  });

  const rules = createRoute({
    method: 'get',
    path: '/api/v1/rules',
    tags: ['Rules'],
    summary: 'Loaded rules, and what could not be loaded',
    ...read,
    request: { query: emptyQuery },
    responses: { 200: json(RuleList, 'All rules and all problems'), ...errors },
  });
  app.openapi(rules, async (c) => {
    const [items, found] = [await deps.rules.list(), await deps.rules.problems()];
    return c.json({ items: [...items], next: null, problems: [...found] }, 200);
  });

  const plan = createRoute({
    method: 'get',
    path: '/api/v1/plan',
    tags: ['Inventory'],
    summary: 'The probe plan: what the agents are asked for',
    description: 'How far each node is with it is told with the nodes.',
    ...read,
    request: { query: emptyQuery },
    responses: { 200: json(ProbePlan, 'The plan in force'), ...errors },
  });
  app.openapi(plan, (c) => c.json(deps.plan.get(), 200));
}

const padded = (n: number): string => String(n).padStart(5, '0');
