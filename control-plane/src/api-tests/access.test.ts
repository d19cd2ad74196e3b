import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PicketApiError, ROLES, type Role } from '@picket/sdk/client';
import { afterEach, describe, expect, test } from 'vitest';
import { ensureAdminToken } from '../api/auth/admin-token.ts';
import { inNamespace, sampleAlert } from '../store/testing/alerts.ts';
import { onBothDatabases } from '../store/testing/databases.ts';
import { apis, type TestApi } from './test-api.ts';

// Size: each file of these tests starts a PostgreSQL server of its own.

const alert = sampleAlert(1).uuid;
const NONE = '00000000-0000-4000-8000-ffffffffffff';

/** Every route that needs a token, and the roles that pass. */
const MATRIX: [method: string, path: string, roles: readonly Role[], body?: unknown][] = [
  ['GET', '/api/v1/alerts', ROLES],
  ['GET', `/api/v1/alerts/${alert}`, ROLES],
  ['GET', '/api/v1/alerts/stream', ROLES],
  ['GET', '/api/v1/containers', ROLES],
  ['GET', '/api/v1/nodes', ROLES],
  ['GET', '/api/v1/rules', ROLES],
  ['GET', '/api/v1/whoami', ROLES],
  ['GET', '/metrics', ROLES],
  ['GET', '/api/v1/audit', ['operator', 'admin']],
  ['GET', '/api/v1/tokens', ['admin']],
  ['POST', '/api/v1/tokens', ['admin'], { name: 'x', role: 'viewer' }],
  ['DELETE', `/api/v1/tokens/${NONE}`, ['admin']],
];

const send = (api: TestApi, [method, path, , body]: (typeof MATRIX)[number], headers: Record<string, string>) =>
  api.request(path, {
    method,
    headers: body ? { ...headers, 'content-type': 'application/json' } : headers,
    ...(body !== undefined && { body: JSON.stringify(body) }),
  });

async function codeOf(response: Response): Promise<string> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = (await response.json()) as { code: string; status: number };
  expect(body.status).toBe(response.status);
  return body.code;
}

async function login(api: TestApi, token: string, headers: Record<string, string> = {}): Promise<Response> {
  return await api.request('/api/v1/session', {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ token }),
  });
}

const cookieOf = (response: Response) => response.headers.getSetCookie()[0]?.split(';')[0] ?? '';

onBothDatabases((database) => {
  const { start, closeAll } = apis(database.open);
  afterEach(closeAll);

  describe('tokens', () => {
    test('pass exactly the roles that have the permission', async () => {
      const api = await start();
      await api.store.alerts.upsert([sampleAlert(1)]);
      for (const role of ROLES) {
        const authorization = `Bearer ${await api.token({ role })}`;
        for (const route of MATRIX) {
          const response = await send(api, route, { authorization });
          const [method, path, roles] = route;
          const passed = response.status < 300 || (method === 'DELETE' && response.status === 404);
          expect([method, path, role, passed], String(response.status)).toEqual([
            method,
            path,
            role,
            roles.includes(role),
          ]);
          if (passed) await response.body?.cancel();
          else expect(await codeOf(response)).toBe('AUTH_FORBIDDEN');
        }
      }
    });

    test('that are missing, unknown, revoked or expired are refused everywhere with their own code', async () => {
      const api = await start();
      const revoked = await api.token({ revoked: 1 });
      const expired = await api.token({ expires: Date.now() - 1 });
      const session = { cookie: `picket_session=${'A'.repeat(43)}` };
      for (const route of MATRIX) {
        const code = async (headers: Record<string, string>) => {
          const response = await send(api, route, headers);
          expect(response.status).toBe(401);
          expect(response.headers.get('www-authenticate')).toBe('Bearer realm="picket"');
          return await codeOf(response);
        };
        expect(await code({})).toBe('AUTH_MISSING');
        expect(await code({ authorization: `Bearer ${revoked}` })).toBe('AUTH_INVALID');
        expect(await code({ authorization: `Bearer ${expired}` })).toBe('AUTH_EXPIRED');
        if (route[0] === 'GET') expect(await code(session)).toBe('AUTH_EXPIRED');
      }
    });

    test.each(['Bearer', 'Bearer ', 'Basic cGt0', 'bearer pkt_short', 'Bearer a b', `Bearer pkt_${'A'.repeat(43)}`])(
      'are refused when the header is %j',
      async (authorization) => {
        const api = await start();
        const response = await api.request('/api/v1/whoami', { headers: { authorization } });
        expect(await codeOf(response)).toBe('AUTH_INVALID');
      },
    );

    test('of a role that this version does not know pass nowhere', async () => {
      const api = await start();
      const token = await api.token();
      const odd = await api.token({ role: 'emperor' as Role });
      expect((await api.client(token).whoami()).role).toBe('admin');
      await expect(api.client(odd).whoami()).rejects.toMatchObject({ code: 'AUTH_INVALID' });
    });

    test('note their last use', async () => {
      const api = await start();
      const admin = api.client(await api.token());
      await admin.whoami();
      expect((await admin.tokens.list()).items[0]?.last_used).not.toBeNull();
    });
  });

  describe('managing tokens', () => {
    test('a made token works until it is revoked, and all is in the audit log without the secret', async () => {
      const api = await start();
      const admin = api.client(await api.token());
      const made = await admin.tokens.create({ name: ' ci ', role: 'viewer', namespaces: ['shop'] });
      expect(made).toMatchObject({ name: 'ci', role: 'viewer', namespaces: ['shop'], revoked: null });
      expect(made.secret).toMatch(/^pkt_[\w-]{43}$/);
      const days = (Date.parse(made.expires ?? '') - Date.now()) / 86_400_000;
      expect(Math.round(days)).toBe(90);
      const viewer = api.client(made.secret);
      expect(await viewer.whoami()).toMatchObject({
        via: 'token',
        role: 'viewer',
        namespaces: ['shop'],
        permissions: ['read'],
      });
      await admin.tokens.revoke(made.id);
      await admin.tokens.revoke(made.id);
      await expect(viewer.whoami()).rejects.toMatchObject({ code: 'AUTH_INVALID', status: 401 });
      const { items } = await admin.audit.list();
      expect(items.map((entry) => [entry.action, entry.target])).toEqual([
        ['token.revoke', made.id],
        ['token.create', made.id],
      ]);
      const { items: listed } = await admin.tokens.list();
      expect(JSON.stringify([items, listed])).not.toContain(made.secret.slice(4));
    });

    test('nobody gives more than they have', async () => {
      const api = await start();
      const scoped = api.client(await api.token({ namespaces: ['shop', 'data'] }));
      const inherited = await scoped.tokens.create({ name: 'x', role: 'viewer' });
      expect(inherited.namespaces).toEqual(['shop', 'data']);
      for (const namespaces of [null, ['shop', 'other']])
        await expect(scoped.tokens.create({ name: 'x', role: 'viewer', namespaces })).rejects.toMatchObject({
          code: 'AUTH_FORBIDDEN',
        });
    });

    test('who has a scope neither sees nor revokes tokens outside of it, and not the audit log', async () => {
      const api = await start();
      const admin = api.client(await api.token());
      const outside = await admin.tokens.create({ name: 'outside', role: 'viewer', namespaces: ['data'] });
      const inside = await admin.tokens.create({ name: 'inside', role: 'viewer', namespaces: ['shop'] });
      const scoped = api.client(await api.token({ namespaces: ['shop'], name: 'self' }));
      expect((await scoped.tokens.list()).items.map((item) => item.name).toSorted()).toEqual(['inside', 'self']);
      await expect(scoped.tokens.revoke(outside.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await scoped.tokens.revoke(inside.id);
      await expect(scoped.audit.list()).rejects.toMatchObject({ code: 'AUTH_FORBIDDEN' });
    });

    test.each([
      [{ role: 'viewer' }, 'name'],
      [{ name: '', role: 'viewer' }, 'name'],
      [{ name: 'x', role: 'root' }, 'role'],
      [{ name: 'x', role: 'viewer', namespaces: [] }, 'namespaces'],
      [{ name: 'x', role: 'viewer', namespaces: ['Not A Name'] }, 'namespaces.0'],
      [{ name: 'x', role: 'viewer', expires: 'tomorrow' }, 'expires'],
      [{ name: 'x', role: 'viewer', admin: true }, ''],
    ])('refuses %j', async (body, path) => {
      const api = await start();
      const admin = api.client(await api.token());
      const error = await admin.tokens.create(body as never).catch((e: unknown) => e);
      expect(error).toBeInstanceOf(PicketApiError);
      expect(error).toMatchObject({ code: 'REQUEST_INVALID', status: 400, errors: [{ path }] });
    });

    test.each(['2001-01-01T00:00:00Z', '2999-01-01T00:00:00Z'])('refuses to expire at %s', async (expires) => {
      const api = await start();
      const admin = api.client(await api.token());
      await expect(admin.tokens.create({ name: 'x', role: 'viewer', expires })).rejects.toThrow(/within 366 days/);
    });
  });

  describe('sessions', () => {
    test('stand for their token until they end', async () => {
      const api = await start();
      const token = await api.token({ role: 'analyst' });
      const signedIn = await login(api, token);
      expect(signedIn.status).toBe(200);
      expect(await signedIn.json()).toMatchObject({ via: 'session', role: 'analyst' });
      const header = signedIn.headers.getSetCookie()[0] ?? '';
      expect(header).toMatch(/^picket_session=[\w-]{43}; Max-Age=43200; Path=\/; HttpOnly; SameSite=Strict$/);
      const cookie = cookieOf(signedIn);
      const whoami = () => api.request('/api/v1/whoami', { headers: { cookie } });
      expect(await (await whoami()).json()).toMatchObject({ via: 'session', role: 'analyst' });
      const own = { cookie, origin: api.url };
      const signedOut = await api.request('/api/v1/session', { method: 'DELETE', headers: own });
      expect(signedOut.status).toBe(204);
      expect(signedOut.headers.getSetCookie()[0]).toMatch(/^picket_session=; Max-Age=0;/);
      expect(await codeOf(await whoami())).toBe('AUTH_EXPIRED');
    });

    test('end after their time, and with their token', async () => {
      const api = await start();
      const token = await api.token();
      const cookie = cookieOf(await login(api, token));
      const other = cookieOf(await login(api, token));
      const status = async (of: string) => (await api.request('/api/v1/whoami', { headers: { cookie: of } })).status;
      expect(await status(cookie)).toBe(200);
      const { token_id } = await api.client(token).whoami();
      await api.store.tokens.revoke(token_id, 1);
      expect(await status(other)).toBe(401);
      const next = cookieOf(await login(api, await api.token()));
      api.advance(12 * 3_600_000 + 1);
      expect(await status(next)).toBe(401);
    });

    test('are marked Secure behind TLS', async () => {
      const api = await start({ config: { secure: true } });
      const signedIn = await login(api, await api.token());
      expect(signedIn.headers.getSetCookie()[0]).toMatch(/^__Host-picket_session=.*; Secure; SameSite=Strict$/);
      expect(signedIn.headers.get('strict-transport-security')).toContain('max-age');
      const stale = cookieOf(signedIn).replace('__Host-', '');
      expect((await api.request('/api/v1/whoami', { headers: { cookie: stale } })).status).toBe(401);
    });

    test('change nothing for requests that other sites make', async () => {
      const api = await start({ config: { origins: ['https://console.example'] } });
      const cookie = cookieOf(await login(api, await api.token()));
      const make = async (headers: Record<string, string>) =>
        (
          await api.request('/api/v1/tokens', {
            method: 'POST',
            headers: { cookie, 'content-type': 'application/json', ...headers },
            body: JSON.stringify({ name: 'x', role: 'viewer' }),
          })
        ).status;
      expect(await make({})).toBe(403);
      expect(await make({ origin: 'https://evil.example' })).toBe(403);
      expect(await make({ origin: 'null' })).toBe(403);
      expect(await make({ origin: api.url, 'sec-fetch-site': 'cross-site' })).toBe(403);
      expect(await make({ origin: api.url.replace(/:\d+$/, ':1'), 'sec-fetch-site': 'same-site' })).toBe(403);
      expect(await make({ 'sec-fetch-site': 'none' })).toBe(403);
      expect(await make({ origin: api.url })).toBe(201);
      expect(await make({ 'sec-fetch-site': 'same-origin' })).toBe(201);
      expect(await make({ origin: 'https://console.example', 'sec-fetch-site': 'cross-site' })).toBe(201);
      expect((await api.store.audit.list(50)).items.filter((entry) => entry.action === 'token.create')).toHaveLength(3);
    });

    test('can not be begun or ended by other sites either', async () => {
      const api = await start();
      const token = await api.token();
      expect(await codeOf(await login(api, token, { origin: 'https://evil.example' }))).toBe('ORIGIN_REFUSED');
      const cookie = cookieOf(await login(api, token, { origin: api.url }));
      const evil = { cookie, origin: 'https://evil.example' };
      expect((await api.request('/api/v1/session', { method: 'DELETE', headers: evil })).status).toBe(403);
      expect((await api.request('/api/v1/whoami', { headers: { cookie } })).status).toBe(200);
    });
  });

  describe('failed attempts', () => {
    test('are limited and counted, but do not lock out whoever has a token', async () => {
      const api = await start();
      const token = await api.token();
      const wrong = `pkt_${'x'.repeat(43)}`;
      const codes = [];
      for (let i = 0; i < 12; i++) codes.push((await login(api, wrong)).status);
      expect(codes).toEqual([...Array(9).fill(401), 429, 429, 429]);
      const blocked = await login(api, token);
      expect(blocked.status).toBe(429);
      expect(Number(blocked.headers.get('retry-after'))).toBeGreaterThan(0);
      expect((await api.request('/api/v1/whoami', { token: wrong })).status).toBe(429);
      expect((await api.request('/api/v1/whoami', { token })).status).toBe(200);
      expect(await api.metric('picket_api_auth_failures_total{reason="invalid"}')).toBe(9);
      expect(await api.metric('picket_api_auth_failures_total{reason="limited"}')).toBe(2);
      api.advance(60_001);
      expect((await login(api, token)).status).toBe(200);
      expect(api.logged.join()).not.toContain(wrong);
    });

    test('by ended sessions do not keep anybody from signing in', async () => {
      const api = await start();
      const headers = { cookie: `picket_session=${'A'.repeat(43)}` };
      for (let i = 0; i < 30; i++) expect((await api.request('/api/v1/whoami', { headers })).status).toBe(401);
      expect((await login(api, await api.token())).status).toBe(200);
    });
  });

  test('a token with a scope sees only what is of its namespaces', async () => {
    const container = { node: 'n', slot: 1, generation: 1, id: 'c', privileged: false, state: 'running' } as const;
    const unknown = {
      ...{ name: null, image: null, image_digest: null, runtime: null, pod: null, pod_uid: null, workload: null },
      ...{ ip: null, started: null, metadata: 'partial' as const },
    };
    const list = ['shop', 'data', null].map((namespace, slot) => ({ ...unknown, ...container, slot, namespace }));
    const api = await start({ deps: { containers: { list: () => list } } });
    await api.store.alerts.upsert([
      sampleAlert(1),
      sampleAlert(2, { workload: inNamespace('data') }),
      sampleAlert(3, { workload: null }),
    ]);
    const scoped = api.client(await api.token({ namespaces: ['data'] }));
    expect((await scoped.alerts.list()).items.map((item) => item.uuid)).toEqual([sampleAlert(2).uuid]);
    expect((await scoped.alerts.list({ namespace: 'shop' })).items).toEqual([]);
    await expect(scoped.alerts.get(sampleAlert(1).uuid)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(scoped.alerts.get(sampleAlert(3).uuid)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await scoped.containers.list()).items.map((item) => item.namespace)).toEqual(['data']);
    const all = api.client(await api.token());
    expect((await all.containers.list()).items).toHaveLength(3);
  });

  test('containers that run are listed before those that have ended', async () => {
    const base = { node: 'n', generation: 1, id: 'c', privileged: false, namespace: null };
    const unknown = {
      ...{ name: null, image: null, image_digest: null, runtime: null, pod: null, pod_uid: null, workload: null },
      ...{ ip: null, started: null, metadata: 'partial' as const },
    };
    const list = (['stopped', 'running', 'stopped', 'running'] as const).map((state, slot) => ({
      ...{ ...unknown, ...base, state, slot },
    }));
    const api = await start({ deps: { containers: { list: () => list } } });
    const client = api.client(await api.token());
    const first = await client.containers.list({ limit: 3 });
    const rest = await client.containers.list({ limit: 3, cursor: first.next ?? undefined });
    expect([...first.items, ...rest.items].map(({ slot }) => slot)).toEqual([1, 3, 0, 2]);
  });

  describe('the first admin token', () => {
    test('is written for its owner alone, once, and works', async () => {
      const api = await start();
      const folder = mkdtempSync(join(tmpdir(), 'picket-admin-'));
      const file = join(folder, 'new', 'admin-token');
      expect(await ensureAdminToken(api.store, file)).toBe(true);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      const secret = readFileSync(file, 'utf8').trim();
      expect(await api.client(secret).whoami()).toMatchObject({ role: 'admin', namespaces: null });
      expect(await ensureAdminToken(api.store, file)).toBe(false);
      expect(readFileSync(file, 'utf8').trim()).toBe(secret);
      rmSync(folder, { recursive: true });
    });

    test('is made anew when none works any more, also over a file that others can read', async () => {
      const api = await start();
      const folder = mkdtempSync(join(tmpdir(), 'picket-admin-'));
      const file = join(folder, 'admin-token');
      writeFileSync(file, 'old', { mode: 0o644 });
      await ensureAdminToken(api.store, file);
      const client = api.client(readFileSync(file, 'utf8').trim());
      await client.tokens.revoke((await client.whoami()).token_id);
      expect(await ensureAdminToken(api.store, file)).toBe(true);
      expect(statSync(file).mode & 0o777).toBe(0o600);
      expect((await api.client(readFileSync(file, 'utf8').trim()).whoami()).role).toBe('admin');
      rmSync(folder, { recursive: true });
    });

    test('is one when several control planes start at once, and none when it can not be written', async () => {
      const api = await start();
      const folder = mkdtempSync(join(tmpdir(), 'picket-admin-'));
      writeFileSync(join(folder, 'file'), '');
      await expect(ensureAdminToken(api.store, join(folder, 'file', 'admin-token'))).rejects.toThrow();
      expect((await api.store.tokens.list(9)).items).toEqual([]);
      const made = await Promise.all([1, 2, 3].map((n) => ensureAdminToken(api.store, join(folder, `token-${n}`))));
      expect(made.filter(Boolean)).toHaveLength(1);
      rmSync(folder, { recursive: true });
    });
  });
});
