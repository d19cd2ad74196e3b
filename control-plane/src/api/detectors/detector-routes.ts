import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { DetectorInfo, DetectorUpload, DetectorUploaded, pageOf } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, pageQuery, problems } from '../route-parts.ts';
import { body, byName, DETECTORS, detectorActor, tags } from './detector-parts.ts';
import { uploadExample } from './examples.ts';
import { onlyFewParts } from './few-parts.ts';

/** Detectors: uploaded, listed, deleted. */
export function detectorRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const mayUpload = guarded(auth, 'detectors.upload');
  const upload = createRoute({
    method: 'post',
    path: DETECTORS,
    tags,
    summary: 'Upload a version of a detector',
    description:
      'Sources are compiled, binaries checked and rewritten, and the result is tried with an empty batch, all in processes of their own. It is kept and runs in stage shadow, unless `run` is false. The same upload again changes nothing. What is refused tells every place in `errors`: file:line:column, or the byte of the file.',
    ...mayUpload,
    middleware: [...mayUpload.middleware, onlyFewParts],
    request: { query: emptyQuery, body: body(DetectorUpload, uploadExample) },
    responses: {
      201: json(DetectorUploaded, 'The version'),
      ...problems(400, 401, 403, 409, 413, 415, 422, 503),
    },
  });
  app.openapi(upload, async (c) => {
    const actor = detectorActor(c.get('caller'));
    return c.json(await deps.detectorLife.upload(actor, c.req.valid('json')), 201);
  });

  const list = createRoute({
    method: 'get',
    path: DETECTORS,
    tags,
    summary: 'Detectors, by name',
    description: 'A token with a scope sees the detectors that see nothing outside of it.',
    ...guarded(auth, 'read'),
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: json(pageOf(DetectorInfo), 'A page of detectors'), ...problems(400, 401, 403, 503) },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    return c.json(await deps.detectorLife.list(detectorActor(c.get('caller')), limit, cursor), 200);
  });

  const get = createRoute({
    method: 'get',
    path: `${DETECTORS}/{name}`,
    tags,
    summary: 'One detector: which of its versions runs where',
    ...guarded(auth, 'read'),
    request: { params: byName, query: emptyQuery },
    responses: { 200: json(DetectorInfo, 'The detector'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(get, async (c) =>
    c.json(await deps.detectorLife.get(detectorActor(c.get('caller')), c.req.valid('param').name), 200),
  );

  const remove = createRoute({
    method: 'delete',
    path: `${DETECTORS}/{name}`,
    tags,
    summary: 'Delete a detector with all versions and recorded findings',
    description: 'By its owner while it does not alert, by an operator at any time.',
    ...guarded(auth, 'detectors.shadow'),
    request: { params: byName, query: emptyQuery },
    responses: { 204: { description: 'It is deleted' }, ...problems(400, 401, 403, 404, 409, 503) },
  });
  app.openapi(remove, async (c) => {
    await deps.detectorLife.delete(detectorActor(c.get('caller')), c.req.valid('param').name);
    return c.body(null, 204);
  });
}
