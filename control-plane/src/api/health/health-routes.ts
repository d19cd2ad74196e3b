import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { messageOf } from '@picket/sdk';
import { ControlPlaneError } from '../../errors.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv, ReadinessCheck } from '../deps.ts';
import { guarded, json, problems } from '../route-parts.ts';

const Health = z.object({ status: z.literal('ok') });
const Readiness = z.object({ status: z.literal('ready'), checks: z.array(z.string()) });

/** For whoever keeps the process running, and for Prometheus. */
export function healthRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const tags = ['Operation'];
  const healthz = createRoute({
    method: 'get',
    path: '/healthz',
    tags,
    summary: 'Whether the process is alive',
    description: 'Needs no token.',
    responses: { 200: json(Health, 'It is') },
  });
  app.openapi(healthz, (c) => c.json({ status: 'ok' as const }, 200));

  const readyz = createRoute({
    method: 'get',
    path: '/readyz',
    tags,
    summary: 'Whether everything it needs works',
    description: 'Needs no token.',
    responses: { 200: json(Readiness, 'It does'), ...problems(503) },
  });
  app.openapi(readyz, async (c) => {
    const checks = [await storeCheck(deps), ...(await deps.readiness())];
    const failed = checks.filter((check) => !check.ok).map((check) => check.name);
    if (failed.length === 0)
      return c.json({ status: 'ready' as const, checks: checks.map((check) => check.name) }, 200);
    throw new ControlPlaneError('NOT_READY', `waiting for: ${failed.join(', ')}`);
  });

  const metrics = createRoute({
    method: 'get',
    path: '/metrics',
    tags,
    summary: 'Metrics for Prometheus',
    ...(deps.config.openMetrics ? { middleware: [] } : guarded(auth, 'read')),
    responses: { 200: { description: 'The metrics', content: { 'text/plain': { schema: z.string() } } } },
  });
  app.openapi(metrics, async (c) =>
    c.text(await deps.registry.metrics(), 200, { 'content-type': deps.registry.contentType }),
  );
}

async function storeCheck(deps: ApiDeps): Promise<ReadinessCheck> {
  try {
    await deps.store.ping();
    return { name: 'store', ok: true };
  } catch (error) {
    deps.log('warn', `not ready: ${messageOf(error)}`);
    return { name: 'store', ok: false };
  }
}
