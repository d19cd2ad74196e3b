import { getConnInfo } from '@hono/node-server/conninfo';
import { OpenAPIHono } from '@hono/zod-openapi';
import type { Context } from 'hono';
import { alertRoutes } from './alerts/alert-routes.ts';
import { streamRoutes } from './alerts/stream-routes.ts';
import { auditRoutes } from './audit/audit-routes.ts';
import { Authenticator } from './auth/authenticator.ts';
import { FailureLimit } from './auth/failure-limit.ts';
import { SessionCookie } from './auth/session-cookie.ts';
import { sessionRoutes } from './auth/session-routes.ts';
import { backtestRoutes } from './backtests/backtest-routes.ts';
import { captureRoutes } from './backtests/capture-routes.ts';
import { modelChangeRoutes } from './behaviour/model-change-routes.ts';
import { modelRoutes } from './behaviour/model-routes.ts';
import { profileRoutes } from './behaviour/profile-routes.ts';
import { consoleRoutes } from './console/console-routes.ts';
import type { ApiDeps, ApiEnv } from './deps.ts';
import { detectorRoutes } from './detectors/detector-routes.ts';
import { runtimeRoutes } from './detectors/runtime-routes.ts';
import { settingRoutes } from './detectors/setting-routes.ts';
import { stageRoutes } from './detectors/stage-routes.ts';
import { versionRoutes } from './detectors/version-routes.ts';
import { directoryRoutes } from './directory/directory-routes.ts';
import { healthRoutes } from './health/health-routes.ts';
import { incidentRoutes } from './incidents/incident-routes.ts';
import { problem, problemOf } from './problem.ts';
import { referenceRoutes } from './reference/reference-routes.ts';
import { apiMetrics } from './request/api-metrics.ts';
import { limitBody, onlyJson } from './request/body-rules.ts';
import { notFound } from './request/not-found.ts';
import { requestId } from './request/request-id.ts';
import { securityHeaders } from './request/security-headers.ts';
import { exceptionRoutes } from './rules/exception-routes.ts';
import { overrideRoutes } from './rules/override-routes.ts';
import { ruleRoutes } from './rules/rule-routes.ts';
import { setRoutes } from './rules/set-routes.ts';
import { tokenRoutes } from './tokens/token-routes.ts';

const DETECTOR_ROUTES = [detectorRoutes, versionRoutes, stageRoutes, settingRoutes, runtimeRoutes];
const BEHAVIOUR_ROUTES = [modelRoutes, modelChangeRoutes, profileRoutes];

/**
 * The HTTP API with the console, ready to be served. Give the same registry to one API only: it adds its metrics.
 * To stop, abort `deps.signal` first, so that open streams end.
 */
export function createApi(deps: ApiDeps): OpenAPIHono<ApiEnv> {
  const app = new OpenAPIHono<ApiEnv>({
    defaultHook: (result, c) => {
      if (result.success) return;
      const errors = result.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
      const where = { json: 'body', param: 'path', form: 'body' }[result.target as string] ?? result.target;
      return problem(c, 'REQUEST_INVALID', `the ${where} is not valid: ${first(errors)}`, errors);
    },
  });
  const now = deps.now ?? Date.now;
  const clientAddress = deps.clientAddress ?? connectionAddress;
  const metrics = apiMetrics(deps.registry);
  const cookie = new SessionCookie(deps.config.secure ?? false);
  const limit = new FailureLimit();
  const origins = deps.config.origins ?? [];
  const { store, log } = deps;
  const auth = new Authenticator({ store, cookie, limit, metrics, origins, log, now, clientAddress });

  app.use('*', metrics.middleware, requestId, securityHeaders(deps.config.secure ?? false));
  app.use('/api/*', limitBody, onlyJson);
  app.onError((error, c) => problemOf(c, error, log));

  healthRoutes(app, deps, auth);
  // Before the single alert, whose pattern would take `stream` for an id.
  streamRoutes(app, deps, auth, metrics);
  alertRoutes(app, deps, auth);
  incidentRoutes(app, deps, auth, now);
  directoryRoutes(app, deps, auth);
  ruleRoutes(app, deps, auth);
  setRoutes(app, deps, auth);
  overrideRoutes(app, deps, auth);
  exceptionRoutes(app, deps, auth);
  for (const routes of DETECTOR_ROUTES) routes(app, deps, auth);
  for (const routes of BEHAVIOUR_ROUTES) routes(app, deps, auth);
  backtestRoutes(app, deps, auth);
  captureRoutes(app, deps, auth);
  tokenRoutes(app, deps, auth, now);
  auditRoutes(app, deps, auth);
  sessionRoutes(app, deps, { auth, cookie, limit, now, clientAddress });
  referenceRoutes(app, deps);
  consoleRoutes(app, deps.config.consoleFolder);
  app.notFound(notFound(app));
  return app;
}

function connectionAddress(c: Context): string {
  return getConnInfo(c).remote.address ?? 'unknown';
}

/** The first of what is wrong, with its place where it has one. */
function first([error]: readonly { path: string; message: string }[]): string {
  return [error?.path, error?.message].filter(Boolean).join(': ');
}
