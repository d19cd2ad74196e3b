import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { DetectorFindingInfo, DetectorLogs, DetectorStatsList, pageOf, VersionRef } from '@picket/sdk/client';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { emptyQuery, guarded, json, pageQuery, problems } from '../route-parts.ts';
import { AlertDocument } from '../schemas.ts';
import { byName, DETECTORS, detectorActor, tags } from './detector-parts.ts';

const FindingDocument = DetectorFindingInfo.extend({ alert: AlertDocument });

/** What is seen of detectors that run: numbers, log, findings that alert nobody. */
export function runtimeRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator): void {
  const read = guarded(auth, 'read');

  const stats = createRoute({
    method: 'get',
    path: `${DETECTORS}/{name}/stats`,
    tags,
    summary: 'How the versions of a detector fare',
    description: 'On the control plane that answers, which sees the nodes of its partitions.',
    ...read,
    request: { params: byName, query: emptyQuery },
    responses: { 200: json(DetectorStatsList, 'Each version that runs'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(stats, async (c) =>
    c.json(await deps.detectorLife.stats(detectorActor(c.get('caller')), c.req.valid('param').name), 200),
  );

  const logs = createRoute({
    method: 'get',
    path: `${DETECTORS}/{name}/logs`,
    tags,
    summary: 'What a detector has logged, the oldest first',
    description: 'The newest 1000 lines of each version that runs, on the control plane that answers.',
    ...read,
    request: {
      params: byName,
      query: z.strictObject({
        after: z.string().max(2000).optional().openapi({ description: '`next` of the answer before' }),
        limit: pageQuery.limit,
      }),
    },
    responses: { 200: json(DetectorLogs, 'Lines'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(logs, async (c) => {
    const { after, limit } = c.req.valid('query');
    const { name } = c.req.valid('param');
    return c.json(await deps.detectorLife.logs(detectorActor(c.get('caller')), name, after, limit), 200);
  });

  const findings = createRoute({
    method: 'get',
    path: `${DETECTORS}/{name}/findings`,
    tags,
    summary: 'Findings that were recorded and alerted nobody, the newest first',
    description: 'The newest 1000 of each version.',
    ...read,
    request: { params: byName, query: z.strictObject({ ...pageQuery, version: VersionRef.optional() }) },
    responses: { 200: json(pageOf(FindingDocument), 'A page of findings'), ...problems(400, 401, 403, 404, 503) },
  });
  app.openapi(findings, async (c) => {
    const { limit, cursor, version } = c.req.valid('query');
    const { name } = c.req.valid('param');
    const actor = detectorActor(c.get('caller'));
    return c.json(await deps.detectorLife.findings(actor, name, version, limit, cursor), 200);
  });
}
