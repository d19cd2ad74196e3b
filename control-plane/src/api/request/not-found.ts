import type { Context, Hono } from 'hono';
import type { ApiEnv } from '../deps.ts';
import { problem } from '../problem.ts';

/** The answer where no route fits: 405 with the methods that would, else 404. */
export function notFound(app: Hono<ApiEnv>): (c: Context<ApiEnv>) => Response {
  let routes: { pattern: RegExp; method: string }[] | undefined;
  return (c) => {
    routes ??= app.routes
      .filter((route) => route.method !== 'ALL' && !route.path.includes('*'))
      .map((route) => ({ pattern: patternOf(route.path), method: route.method }));
    const allowed = new Set(routes.filter((route) => route.pattern.test(c.req.path)).map((route) => route.method));
    if (allowed.size === 0) return problem(c, 'NOT_FOUND', `there is nothing at ${c.req.path}: see /api/docs`);
    if (allowed.has('GET')) allowed.add('HEAD');
    const list = [...allowed].toSorted().join(', ');
    c.header('allow', list);
    return problem(c, 'METHOD_NOT_ALLOWED', `${c.req.path} takes ${list}, not ${c.req.method}`);
  };
}

/** A path with `:name` parts as a pattern; the other parts are our own plain words. */
function patternOf(path: string): RegExp {
  return new RegExp(`^${path.replaceAll('.', '\\.').replace(/:[a-z_]+/g, '[^/]+')}$`);
}
