import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { BACKTEST_LIMITS, CaptureInfo, pageOf } from '@picket/sdk/client';
import { ControlPlaneError } from '../../errors.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, pageQuery, problems } from '../route-parts.ts';
import { backtestActor } from './backtest-routes.ts';

const tags = ['Backtests'];
const params = z.object({ id: z.uuid() });

/** Captures that are uploaded for backtests. */
export function captureRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const write = guarded(auth, 'detectors.shadow');

  const upload = createRoute({
    method: 'post',
    path: '/api/v1/captures',
    tags,
    summary: 'Upload a capture for backtests',
    description:
      'The file that `picket record` writes, as `application/octet-stream`, at most 64 MiB. It lies in the data folder of the control plane that takes it, until it is deleted.',
    ...write,
    request: {
      query: emptyQuery,
      body: {
        required: true,
        content: { 'application/octet-stream': { schema: z.string().openapi({ format: 'binary' }) } },
      },
    },
    responses: {
      201: json(CaptureInfo, 'It is kept'),
      ...problems(400, 401, 403, 409, 413, 415, 422, 503),
    },
  });
  app.openapi(upload, async (c) => {
    if (Number(c.req.header('content-length')) > BACKTEST_LIMITS.captureBytes)
      throw new ControlPlaneError('BODY_TOO_LARGE', `a capture may have at most ${BACKTEST_LIMITS.captureBytes} bytes`);
    const pieces = c.req.raw.body ?? new ReadableStream({ start: (controller) => controller.close() });
    return c.json(await deps.backtests.uploadCapture(backtestActor(c.get('caller')), pieces), 201);
  });

  const list = createRoute({
    method: 'get',
    path: '/api/v1/captures',
    tags,
    summary: 'Uploaded captures, the newest first',
    ...guarded(auth, 'read'),
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: json(pageOf(CaptureInfo), 'A page of captures'), ...problems(400, 401, 403, 503) },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    return c.json(await deps.backtests.captures(backtestActor(c.get('caller')), { limit, cursor }), 200);
  });

  const remove = createRoute({
    method: 'delete',
    path: '/api/v1/captures/{id}',
    tags,
    summary: 'Delete an uploaded capture',
    ...write,
    request: { params, query: emptyQuery },
    responses: { 204: { description: 'It is deleted' }, ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(remove, async (c) => {
    await deps.backtests.deleteCapture(backtestActor(c.get('caller')), c.req.valid('param').id);
    return c.body(null, 204);
  });
}
