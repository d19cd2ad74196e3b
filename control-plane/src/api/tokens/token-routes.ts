import { randomUUID } from 'node:crypto';
import { createRoute, type OpenAPIHono, z } from '@hono/zod-openapi';
import { pageOf, type Role, TokenCreated, TokenInfo, TokenRequest } from '@picket/sdk/client';
import { ControlPlaneError } from '../../errors.ts';
import type { Authenticator } from '../auth/authenticator.ts';
import type { Caller } from '../auth/caller.ts';
import { hashOf, newToken } from '../auth/secrets.ts';
import type { ApiDeps, ApiEnv } from '../deps.ts';
import { isoTime } from '../iso-time.ts';
import { mayGrant } from '../roles.ts';
import { emptyQuery, guarded, json, pageQuery, problems } from '../route-parts.ts';
import type { Scope, StoredToken } from '../stores.ts';

const DAY_MS = 86_400_000;
const DEFAULT_DAYS = 90;
const MAX_DAYS = 366;

/** Tokens: made, listed and revoked by those who may. Nobody gives or takes more than they have. */
export function tokenRoutes(app: OpenAPIHono<ApiEnv>, deps: ApiDeps, auth: Authenticator, now: () => number): void {
  const manage = guarded(auth, 'tokens.manage');

  const create = createRoute({
    method: 'post',
    path: '/api/v1/tokens',
    tags: ['Access'],
    summary: 'Make a token',
    description:
      'The secret is in the answer and can not be had again. Scope and role must be within those of the caller.',
    ...manage,
    request: { query: emptyQuery, body: { required: true, content: { 'application/json': { schema: TokenRequest } } } },
    responses: { 201: json(TokenCreated, 'The token with its secret'), ...problems(400, 401, 403, 415) },
  });
  app.openapi(create, async (c) => {
    const caller = c.get('caller');
    const secret = newToken();
    const token = tokenOf(c.req.valid('json'), caller, hashOf(secret), now());
    await deps.store.transaction(async (store) => {
      await store.tokens.insert(token);
      const { name, role, namespaces } = token;
      const detail = { name, role, namespaces, expires: isoTime(token.expires) };
      await store.audit.append({
        time: now(),
        actor: caller.tokenId,
        action: 'token.create',
        target: token.id,
        detail,
      });
    });
    return c.json({ ...tokenInfo(token), secret }, 201);
  });

  const list = createRoute({
    method: 'get',
    path: '/api/v1/tokens',
    tags: ['Access'],
    summary: 'Tokens, the newest first',
    description: 'A page may have fewer items than asked: tokens outside of the scope of the caller are left out.',
    ...manage,
    request: { query: z.strictObject(pageQuery) },
    responses: { 200: json(pageOf(TokenInfo), 'A page of tokens'), ...problems(400, 401, 403) },
  });
  app.openapi(list, async (c) => {
    const { limit, cursor } = c.req.valid('query');
    const { scope } = c.get('caller');
    const page = await deps.store.tokens.list(limit, cursor);
    const seen = page.items.filter((token) => isWithin(token.namespaces, scope));
    return c.json({ items: seen.map(tokenInfo), next: page.next }, 200);
  });

  const revoke = createRoute({
    method: 'delete',
    path: '/api/v1/tokens/{id}',
    tags: ['Access'],
    summary: 'Revoke a token and end its sessions',
    ...manage,
    request: { params: z.object({ id: z.uuid() }), query: emptyQuery },
    responses: { 204: { description: 'It is revoked' }, ...problems(400, 401, 403, 404) },
  });
  app.openapi(revoke, async (c) => {
    const { id } = c.req.valid('param');
    const { scope, tokenId } = c.get('caller');
    await deps.store.transaction(async (store) => {
      const token = await store.tokens.byId(id);
      if (!token || !isWithin(token.namespaces, scope))
        throw new ControlPlaneError('NOT_FOUND', `there is no token ${id}, or the caller may not see it`);
      // A second time changes nothing and is no error: whoever repeats a lost request gets what they wanted.
      if (!(await store.tokens.revoke(id, now()))) return;
      const detail = { name: token.name, role: token.role };
      await store.audit.append({ time: now(), actor: tokenId, action: 'token.revoke', target: id, detail });
    });
    return c.body(null, 204);
  });
}

function tokenOf(request: z.output<typeof TokenRequest>, caller: Caller, hash: string, now: number): StoredToken {
  const namespaces = request.namespaces === undefined ? caller.scope : request.namespaces;
  if (!isWithin(namespaces, caller.scope))
    throw new ControlPlaneError('AUTH_FORBIDDEN', 'a token can not see more namespaces than the one that makes it');
  if (!mayGrant(caller.permissions, request.role))
    throw new ControlPlaneError('AUTH_FORBIDDEN', `the caller may not hand out the role ${request.role}`);
  const expires = request.expires === undefined ? now + DEFAULT_DAYS * DAY_MS : Date.parse(request.expires);
  if (!(expires > now && expires <= now + MAX_DAYS * DAY_MS))
    throw new ControlPlaneError('REQUEST_INVALID', `expires must be in the future and within ${MAX_DAYS} days`);
  const { name, role } = request;
  return { id: randomUUID(), hash, name, role, namespaces, created: now, expires, lastUsed: null, revoked: null };
}

function isWithin(namespaces: Scope, scope: Scope): boolean {
  if (scope === null) return true;
  return namespaces?.every((namespace) => scope.includes(namespace)) ?? false;
}

function tokenInfo(token: StoredToken): TokenInfo {
  return {
    id: token.id,
    name: token.name,
    role: token.role as Role,
    namespaces: token.namespaces && [...token.namespaces],
    created: isoTime(token.created),
    expires: isoTime(token.expires),
    last_used: isoTime(token.lastUsed),
    revoked: isoTime(token.revoked),
  };
}
