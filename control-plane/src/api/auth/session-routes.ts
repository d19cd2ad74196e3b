import { createRoute, type OpenAPIHono } from '@hono/zod-openapi';
import { SessionRequest, WhoAmI } from '@picket/sdk/client';
import type { Context } from 'hono';
import { ControlPlaneError } from '../../errors.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { emptyQuery, guarded, json, problems } from '../route-parts.ts';
import type { Authenticator } from './authenticator.ts';
import type { Caller } from './caller.ts';
import type { FailureLimit } from './failure-limit.ts';
import { requireSameOrigin } from './same-origin.ts';
import { hashOf, newSession } from './secrets.ts';
import type { SessionCookie } from './session-cookie.ts';

/** A session ends after this, or with its token. */
const SESSION_MS = 12 * 3_600_000;

export interface SessionParts {
  readonly auth: Authenticator;
  readonly cookie: SessionCookie;
  readonly limit: FailureLimit;
  readonly now: () => number;
  readonly clientAddress: (c: Context) => string;
}

/** Signing in and out with a browser, and who one is. */
export function sessionRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, parts: SessionParts): void {
  const { auth, cookie, limit, now } = parts;
  const origins = deps.config.origins ?? [];

  const login = createRoute({
    method: 'post',
    path: '/api/v1/session',
    tags: ['Access'],
    summary: 'Exchange a token for a session cookie',
    request: {
      query: emptyQuery,
      body: { required: true, content: { 'application/json': { schema: SessionRequest } } },
    },
    responses: { 200: json(WhoAmI, 'Signed in; the cookie is set'), ...problems(400, 401, 403, 415, 429) },
  });
  app.openapi(login, async (c) => {
    requireSameOrigin(c, origins, 'allowed');
    const wait = limit.waitOf(parts.clientAddress(c), now());
    if (wait > 0) {
      c.header('retry-after', String(wait));
      throw new ControlPlaneError('RATE_LIMITED', `too many failed attempts from this address: wait ${wait} s`);
    }
    const holder = await auth.byToken(c, c.req.valid('json').token.trim());
    const created = now();
    const expires = Math.min(created + SESSION_MS, holder.expires ?? Number.POSITIVE_INFINITY);
    const value = newSession();
    await deps.store.transaction(async (store) => {
      await store.sessions.insert({ hash: hashOf(value), tokenId: holder.tokenId, created, expires });
      await store.audit.append({
        time: created,
        actor: holder.tokenId,
        action: 'session.create',
        target: null,
        detail: {},
      });
    });
    cookie.write(c, value, Math.floor((expires - created) / 1000));
    return c.json(whoAmI({ ...holder, via: 'session', expires }), 200);
  });

  const logout = createRoute({
    method: 'delete',
    path: '/api/v1/session',
    tags: ['Access'],
    summary: 'End the session of the cookie',
    request: { query: emptyQuery },
    responses: { 204: { description: 'There is no session any more' }, ...problems(400, 403) },
  });
  app.openapi(logout, async (c) => {
    const value = cookie.read(c);
    if (value !== undefined) {
      requireSameOrigin(c, origins, 'refused');
      await endSession(deps, hashOf(value), now());
    }
    cookie.clear(c);
    return c.body(null, 204);
  });

  const whoami = createRoute({
    method: 'get',
    path: '/api/v1/whoami',
    tags: ['Access'],
    summary: 'Who the caller is and what they may do',
    ...guarded(auth, 'read'),
    request: { query: emptyQuery },
    responses: { 200: json(WhoAmI, 'The caller'), ...problems(400, 401) },
  });
  app.openapi(whoami, (c) => c.json(whoAmI(c.get('caller')), 200));
}

async function endSession(deps: ApiDeps, hash: string, now: number): Promise<void> {
  await deps.store.transaction(async (store) => {
    const session = await store.sessions.byHash(hash);
    if (!session) return;
    await store.sessions.delete(hash);
    const entry = { time: now, actor: session.tokenId, action: 'session.delete', target: null, detail: {} };
    await store.audit.append(entry);
  });
}

function whoAmI(caller: Caller): WhoAmI {
  return {
    via: caller.via,
    token_id: caller.tokenId,
    name: caller.name,
    role: caller.role,
    permissions: [...caller.permissions],
    namespaces: caller.scope && [...caller.scope],
    expires: isoTime(caller.expires),
  };
}
