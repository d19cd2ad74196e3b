import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { DetectorVersion, DetectorVersionInfo, pageOf } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, pageQuery, problems } from '../route-parts.ts';
import { byName, byVersion, DETECTORS, detectorActor, tags } from './detector-parts.ts';

/** Versions of detectors: listed, read for review, deleted. */
export function versionRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const list = createRoute({
    method: 'get',
    path: `${DETECTORS}/{name}/versions`,
    tags,
    summary: 'Versions of a detector, the newest first',
    ...guarded(auth, 'read'),
    request: { params: byName, query: z.strictObject(pageQuery) },
    responses: { 200: json(pageOf(DetectorVersionInfo), 'A page of versions'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { name } = c.req.valid('param');
    return c.json(await deps.detectorLife.versions(detectorActor(c.get('caller')), name, limit, cursor), 200);
  });

  const get = createRoute({
    method: 'get',
    path: `${DETECTORS}/{name}/versions/{version}`,
    tags,
    summary: 'One version with its manifest and what was uploaded',
    description: 'A version is named by its id, the first 8 digits of it or more, or its number in the manifest.',
    ...guarded(auth, 'read'),
    request: { params: byVersion, query: emptyQuery },
    responses: { 200: json(DetectorVersion, 'The version'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(get, async (c) => {
    const { name, version } = c.req.valid('param');
    return c.json(await deps.detectorLife.version(detectorActor(c.get('caller')), name, version), 200);
  });

  const remove = createRoute({
    method: 'delete',
    path: `${DETECTORS}/{name}/versions/{version}`,
    tags,
    summary: 'Delete a version that does not alert, with its recorded findings',
    ...guarded(auth, 'detectors.shadow'),
    request: { params: byVersion, query: emptyQuery },
    responses: { 204: { description: 'It is deleted' }, ...problems(400, 401, 403, 404, 409, 503) },
  });
  app.openapi(remove, async (c) => {
    const { name, version } = c.req.valid('param');
    await deps.detectorLife.deleteVersion(detectorActor(c.get('caller')), name, version);
    return c.body(null, 204);
  });
}
