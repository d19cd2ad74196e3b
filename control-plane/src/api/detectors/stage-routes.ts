import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { DetectorInfo, PromoteRequest } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, problems } from '../route-parts.ts';
import { body, byName, DETECTORS, detectorActor, tags } from './detector-parts.ts';
import { promoteExample } from './examples.ts';

/** Which version runs in which stage, and whether it runs at all. */
export function stageRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const promote = createRoute({
    method: 'post',
    path: `${DETECTORS}/{name}/promote`,
    tags,
    summary: 'Run a version in a stage, in place of the one that is there',
    description:
      'In `shadow` findings are recorded and alert nobody; `canary` alerts where its selector matches; `active` alerts everywhere else too. What changes who is alerted needs `detectors.activate`.',
    ...guarded(auth, 'detectors.shadow'),
    request: { params: byName, query: emptyQuery, body: body(PromoteRequest, promoteExample) },
    responses: { 200: json(DetectorInfo, 'What runs now'), ...problems(400, 401, 403, 404, 409, 415, 422, 503) },
  });
  app.openapi(promote, async (c) => {
    const actor = detectorActor(c.get('caller'));
    return c.json(await deps.detectorLife.promote(actor, c.req.valid('param').name, c.req.valid('json')), 200);
  });

  const rollback = createRoute({
    method: 'post',
    path: `${DETECTORS}/{name}/rollback`,
    tags,
    summary: 'Canary and active as they were before the last change of them',
    description:
      'Step by step: another call goes back one further. The version that goes out is kept and runs nowhere.',
    ...guarded(auth, 'detectors.activate'),
    request: { params: byName, query: emptyQuery },
    responses: { 200: json(DetectorInfo, 'What runs now'), ...problems(400, 401, 403, 404, 409, 503) },
  });
  app.openapi(rollback, async (c) =>
    c.json(await deps.detectorLife.rollback(detectorActor(c.get('caller')), c.req.valid('param').name), 200),
  );

  const pause = createRoute({
    method: 'post',
    path: `${DETECTORS}/{name}/pause`,
    tags,
    summary: 'Give a detector no events until it is resumed',
    description: 'All of its versions. What they remember is kept; what happens meanwhile they do not see.',
    ...guarded(auth, 'detectors.shadow'),
    request: { params: byName, query: emptyQuery },
    responses: { 200: json(DetectorInfo, 'It is paused'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(pause, async (c) =>
    c.json(await deps.detectorLife.pause(detectorActor(c.get('caller')), c.req.valid('param').name), 200),
  );

  const resume = createRoute({
    method: 'post',
    path: `${DETECTORS}/{name}/resume`,
    tags,
    summary: 'Go on after a pause or a quarantine',
    ...guarded(auth, 'detectors.shadow'),
    request: { params: byName, query: emptyQuery },
    responses: { 200: json(DetectorInfo, 'It runs'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(resume, async (c) =>
    c.json(await deps.detectorLife.resume(detectorActor(c.get('caller')), c.req.valid('param').name), 200),
  );
}
