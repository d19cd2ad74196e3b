import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { DetectorConfigRequest, DetectorGrantsRequest, DetectorInfo, DetectorOwnerRequest } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, problems } from '../route-parts.ts';
import { body, byName, DETECTORS, detectorActor, tags } from './detector-parts.ts';
import { configExample, grantsExample, ownerExample } from './examples.ts';

/** Configuration, grants and owner of a detector. */
export function settingRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const config = createRoute({
    method: 'put',
    path: `${DETECTORS}/{name}/config`,
    tags,
    summary: 'Set the configuration of the versions that run, or of one version',
    description:
      'In place of what was set: an entry that is left out has its default. Every version must take it. A version with another configuration begins with an empty memory. Of a version that alerts it needs `detectors.activate`.',
    ...guarded(auth, 'detectors.shadow'),
    request: { params: byName, query: emptyQuery, body: body(DetectorConfigRequest, configExample) },
    responses: { 200: json(DetectorInfo, 'The detector'), ...problems(400, 401, 403, 404, 409, 415, 422, 503) },
  });
  app.openapi(config, async (c) => {
    const actor = detectorActor(c.get('caller'));
    return c.json(await deps.detectorLife.configure(actor, c.req.valid('param').name, c.req.valid('json')), 200);
  });

  const grants = createRoute({
    method: 'put',
    path: `${DETECTORS}/{name}/grants`,
    tags,
    summary: 'Say what a detector may do',
    description:
      '`state` keeps values, `context` looks processes and containers up, `respond` proposes containment. Null: what the server grants to all. Also for a name that nothing was uploaded to yet.',
    ...guarded(auth, 'detectors.activate'),
    request: { params: byName, query: emptyQuery, body: body(DetectorGrantsRequest, grantsExample) },
    responses: { 204: { description: 'It is so' }, ...problems(400, 401, 403, 404, 415, 503) },
  });
  app.openapi(grants, async (c) => {
    const actor = detectorActor(c.get('caller'));
    await deps.detectorLife.grant(actor, c.req.valid('param').name, c.req.valid('json'));
    return c.body(null, 204);
  });

  const owner = createRoute({
    method: 'put',
    path: `${DETECTORS}/{name}/owner`,
    tags,
    summary: 'Give a detector to another token',
    description: 'It sees from now on the namespaces that this token sees.',
    ...guarded(auth, 'detectors.activate'),
    request: { params: byName, query: emptyQuery, body: body(DetectorOwnerRequest, ownerExample) },
    responses: { 200: json(DetectorInfo, 'The detector'), ...problems(400, 401, 403, 404, 415, 503) },
  });
  app.openapi(owner, async (c) => {
    const actor = detectorActor(c.get('caller'));
    const { name } = c.req.valid('param');
    return c.json(await deps.detectorLife.setOwner(actor, name, c.req.valid('json').owner), 200);
  });
}
