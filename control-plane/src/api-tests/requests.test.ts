import { readFileSync } from 'node:fs';
import { FULL_PLAN } from '@picket/sdk';
import type { NodeInfo, RuleInfo, RuleProblem } from '@picket/sdk/client';
import { afterEach, describe, expect, test } from 'vitest';
import { ControlPlaneError } from '../errors.ts';
import { sampleAlert } from '../store/testing/alerts.ts';
import { onBothDatabases, onSqlite } from '../store/testing/databases.ts';
import { apis, type TestApi } from './test-api.ts';

interface Document {
  type: string;
  title: string;
  status: number;
  detail: string;
  code: string;
  request_id: string;
  errors?: { path: string; message: string }[];
}

async function problemOf(response: Response): Promise<Document> {
  expect(response.headers.get('content-type')).toBe('application/problem+json');
  const body = (await response.json()) as Document;
  expect(body.status).toBe(response.status);
  expect(body.type).toBe(`urn:picket:problem:${body.code.toLowerCase().replaceAll('_', '-')}`);
  expect(body.title).not.toBe('');
  expect(body.request_id).toBe(response.headers.get('x-request-id'));
  return body;
}

onBothDatabases((database) => {
  const { start, closeAll } = apis(database.open);
  afterEach(closeAll);

  describe('alerts', () => {
    test('are listed page by page and found by every filter through the client', async () => {
      const api = await start();
      const client = api.client(await api.token({ role: 'viewer' }));
      await api.store.alerts.upsert(Array.from({ length: 7 }, (_, i) => sampleAlert(i)));
      await api.store.alerts.upsert([sampleAlert(9, { priority: 'Critical', hostname: 'node-b', rule: 'Other rule' })]);
      const first = await client.alerts.list({ limit: 5 });
      const second = await client.alerts.list({ limit: 5, cursor: first.next ?? '' });
      expect([...first.items, ...second.items].map((item) => item.output_fields.n)).toEqual([9, 6, 5, 4, 3, 2, 1, 0]);
      expect(second.next).toBeNull();
      const only = async (query: Parameters<typeof client.alerts.list>[0]) =>
        (await client.alerts.list(query)).items.length;
      expect(await only({ priority: 'Critical' })).toBe(1);
      expect(await only({ node: 'node-b' })).toBe(1);
      expect(await only({ rule: 'Other rule' })).toBe(1);
      expect(await only({ container: 'web', namespace: 'shop' })).toBe(8);
      expect(await only({ q: 'SECRET was read (6' })).toBe(1);
      expect(await only({ since: sampleAlert(3).time, until: '2023-11-14T23:13:26+01:00' })).toBe(3);
      expect(await client.alerts.get(sampleAlert(3).uuid)).toEqual(sampleAlert(3));
      await expect(client.alerts.get(sampleAlert(8).uuid)).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
    });

    test.each([
      ['?limit=0', 'limit'],
      ['?limit=201', 'limit'],
      ['?limit=ten', 'limit'],
      ['?priority=warning', 'priority'],
      ['?priority=Warning&priority=Error', 'priority'],
      ['?since=yesterday', 'since'],
      ['?q=', 'q'],
      [`?q=${'x'.repeat(201)}`, 'q'],
      ['?severity=Warning', ''],
      ['?cursor=made-up', undefined],
      ['/not-a-uuid', 'uuid'],
      [`/${sampleAlert(1).uuid}?verbose=1`, ''],
    ])('refuse %s and say what is wrong', async (rest, path) => {
      const api = await start();
      const response = await api.request(`/api/v1/alerts${rest}`, { token: await api.token() });
      expect(response.status).toBe(400);
      const body = await problemOf(response);
      expect(body.code).toBe('REQUEST_INVALID');
      expect(body.errors?.[0]?.path).toBe(path);
      if (path === '') expect(body.detail).toMatch(/severity|verbose/);
    });
  });

  test('a database that fails is no fault of the request, and its details stay in the log', async () => {
    const api = await start();
    const token = await api.token();
    const alerts = {
      ...api.store.alerts,
      lastChange: () => Promise.reject(new ControlPlaneError('STORE_UNAVAILABLE', 'secret host 10.0.0.7 is down')),
    };
    const broken = await start({ deps: { store: Object.assign(Object.create(api.store), { alerts }) } });
    const response = await broken.request('/api/v1/alerts', { token });
    expect(response.status).toBe(503);
    const body = await problemOf(response);
    expect(body.code).toBe('STORE_UNAVAILABLE');
    expect(body.detail).not.toContain('10.0.0.7');
    expect(broken.logged.join()).toContain('10.0.0.7');
  });

  test('the metrics count requests by route, not by address', async () => {
    const api = await start();
    const token = await api.token();
    await api.request(`/api/v1/alerts/${sampleAlert(1).uuid}`, { token });
    await api.request('/api/v1/made-up');
    const text = await (await api.request('/metrics', { token })).text();
    expect(text).toContain(
      'picket_api_request_seconds_count{method="GET",route="/api/v1/alerts/:uuid",status="404"} 1',
    );
    expect(text).toContain('route="console",status="404"} 1');
    expect(text).not.toContain('made-up');
  });
});

onSqlite((database) => {
  const { start, closeAll } = apis(database.open);
  afterEach(closeAll);

  describe('errors', () => {
    test('an address that is not there is 404, a wrong method 405 with those that are right', async () => {
      const api = await start();
      const nothing = await api.request('/api/v1/nothing');
      expect([nothing.status, (await problemOf(nothing)).code]).toEqual([404, 'NOT_FOUND']);
      const wrong = await api.request('/api/v1/alerts', { method: 'PUT' });
      expect([wrong.status, (await problemOf(wrong)).code]).toEqual([405, 'METHOD_NOT_ALLOWED']);
      expect(wrong.headers.get('allow')).toBe('GET, HEAD');
      const token = await api.request('/api/v1/tokens/x', { method: 'PATCH' });
      expect(token.headers.get('allow')).toBe('DELETE');
      expect((await api.request('/api/v1/session', { method: 'GET' })).headers.get('allow')).toBe('DELETE, POST');
    });

    const post = async (api: TestApi, body: string, type = 'application/json') =>
      await problemOf(
        await api.request('/api/v1/tokens', {
          method: 'POST',
          token: await api.token(),
          headers: { 'content-type': type },
          body,
        }),
      );

    test('a body that is no JSON, of another type, or too large is refused', async () => {
      const api = await start();
      expect(await post(api, '{"name":')).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
      expect(await post(api, '[]')).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
      expect(await post(api, 'null')).toMatchObject({ status: 400, code: 'REQUEST_INVALID' });
      expect(await post(api, 'name=x', 'application/x-www-form-urlencoded')).toMatchObject({ status: 415 });
      expect(await post(api, '{}', 'text/plain')).toMatchObject({ code: 'MEDIA_TYPE_UNSUPPORTED' });
      const large = JSON.stringify({ name: 'x'.repeat(70_000), role: 'viewer' });
      expect(await post(api, large)).toMatchObject({ status: 413, code: 'BODY_TOO_LARGE' });
      const none = await api.request('/api/v1/tokens', { method: 'POST', token: await api.token() });
      expect((await problemOf(none)).code).toBe('REQUEST_INVALID');
    });

    test('a fault of ours says nothing of itself to the outside', async () => {
      const api = await start({
        deps: {
          nodes: {
            list: () => {
              throw new Error('password=hunter2');
            },
          },
        },
      });
      const response = await api.request('/api/v1/nodes', { token: await api.token() });
      const body = await problemOf(response);
      expect(body).toMatchObject({ status: 500, code: 'INTERNAL' });
      expect(JSON.stringify(body)).not.toContain('hunter2');
      expect(api.logged.join()).toContain(body.request_id);
    });

    test('the request id of a proxy is kept when it is one', async () => {
      const api = await start();
      const id = async (given: string) =>
        (await api.request('/healthz', { headers: { 'x-request-id': given } })).headers.get('x-request-id');
      expect(await id('abc-123')).toBe('abc-123');
      expect(await id('a'.repeat(65))).toMatch(/^[0-9a-f-]{36}$/);
      expect(await id('a"><script>')).toMatch(/^[0-9a-f-]{36}$/);
    });
  });

  test('health needs no token and tells what is missing', async () => {
    let busUp = false;
    const api = await start({ deps: { readiness: async () => [{ name: 'bus', ok: busUp }] } });
    expect(await (await api.request('/healthz')).json()).toEqual({ status: 'ok' });
    const waiting = await api.request('/readyz');
    expect(await problemOf(waiting)).toMatchObject({ status: 503, code: 'NOT_READY', detail: 'waiting for: bus' });
    busUp = true;
    expect(await (await api.request('/readyz')).json()).toEqual({ status: 'ready', checks: ['store', 'bus'] });
    await api.store.close();
    expect((await problemOf(await api.request('/readyz'))).detail).toBe('waiting for: store');
    expect((await api.request('/healthz')).status).toBe(200);
  });

  test('metrics are open only where the configuration says so', async () => {
    const closed = await start();
    expect((await closed.request('/metrics')).status).toBe(401);
    const open = await start({ config: { openMetrics: true } });
    const response = await open.request('/metrics');
    expect(response.status).toBe(200);
    expect(response.headers.get('content-type')).toMatch(/^text\/plain; version=/);
  });

  test('nodes and rules come as the directories tell them, in pages', async () => {
    const node = (name: string): NodeInfo => ({
      node: name,
      partition: 1,
      boot_id: null,
      agent_started: null,
      last_seen: null,
      online: true,
      containers: 0,
      events: 5,
      lost: [{ kind: 'file.open', reason: 'ring_full', count: 2 }],
      plan: { state: 'refused', wanted: 'a', current: null, error: { code: 'PLAN_REFUSED', message: 'too old' } },
    });
    const rule: RuleInfo = {
      ...{ rule: 'r', description: 'd', priority: 'Warning', source: 'syscall', tags: [], mitre: ['T1003'] },
      ...{ enabled: true, file: 'picket.yaml', line: 3, id: 'r', version: '1' },
      ...{ set: null, override: null, exceptions: [] },
      metadata: { maturity: null, references: [], expected_noise: null, how_to_tune: null },
    };
    const trouble: RuleProblem = { code: 'RULE_SYNTAX', message: 'm', rule: null, file: 'x.yaml', line: 1, column: 2 };
    const api = await start({
      deps: {
        nodes: { list: () => ['c', 'a', 'b'].map(node) },
        rules: { list: async () => [rule], problems: () => [trouble] },
      },
    });
    const client = api.client(await api.token({ role: 'viewer' }));
    const first = await client.nodes.list({ limit: 2 });
    expect(first.items.map((item) => item.node)).toEqual(['a', 'b']);
    const second = await client.nodes.list({ limit: 2, cursor: first.next ?? '' });
    expect(second).toEqual({ items: [node('c')], next: null });
    expect(await client.rules.list()).toEqual({ items: [rule], next: null, problems: [trouble] });
    expect(await client.plan()).toEqual(FULL_PLAN);
    await expect(client.nodes.list({ cursor: '%%%' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  describe('the reference', () => {
    test('describes every route, is itself well formed, and docs/api.md names the same routes', async () => {
      const api = await start();
      const document = (await (await api.request('/api/v1/openapi.json')).json()) as {
        openapi: string;
        paths: Record<string, Record<string, { summary?: string; responses: Record<string, unknown> }>>;
        components: { schemas: object };
      };
      expect(document.openapi).toBe('3.1.0');
      const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
        Object.entries(methods).map(([method, route]) => {
          expect(route.summary, path).toBeTruthy();
          expect(Object.keys(route.responses).length, path).toBeGreaterThan(0);
          return `${method.toUpperCase()} ${path}`;
        }),
      );
      expect(routes).toContain('GET /api/v1/alerts/stream');
      expect(document.components.schemas).toHaveProperty('Alert');
      const page = readFileSync(new URL('../../../docs/api.md', import.meta.url), 'utf8');
      const named = [...page.matchAll(/^\| `(GET|POST|PUT|DELETE)` \| `([^`]+)`/gm)].map(
        (row) => `${row[1]} ${row[2]}`,
      );
      expect(named.toSorted()).toEqual(routes.toSorted());
    });

    test('is a page of this server alone', async () => {
      const api = await start();
      const page = await api.request('/api/docs');
      expect(page.headers.get('content-security-policy')).toContain("script-src 'self';");
      const html = await page.text();
      expect(html).not.toMatch(/https?:/);
      expect(html).not.toMatch(/<script(?![^>]*\ssrc=)|<style|\son\w+=/);
      const parts = [...html.matchAll(/ (?:src|href)="(\/[^"]+)"/g)].map((part) => part[1] ?? '');
      const names = ['page.css', 'start.js', 'viewer.css', 'viewer.js'];
      expect(parts.toSorted()).toEqual(names.map((name) => `/api/docs/${name}`));
      for (const path of parts) {
        const part = await api.request(path);
        const type = path.endsWith('.js') ? 'text/javascript' : 'text/css';
        expect([path, part.status, part.headers.get('content-type')]).toEqual([path, 200, `${type}; charset=utf-8`]);
      }
      expect((await (await api.request('/api/docs/viewer.js')).text()).length).toBeGreaterThan(100_000);
      expect((await api.request('/api/docs/index.html')).status).toBe(404);
    });
  });

  test('answers of the API are never taken for pages or kept in caches', async () => {
    const api = await start();
    const response = await api.request('/api/v1/alerts', { token: await api.token() });
    expect(response.headers.get('content-security-policy')).toBe("default-src 'none'; frame-ancestors 'none'");
    expect(response.headers.get('cache-control')).toBe('no-store');
    expect(response.headers.get('x-content-type-options')).toBe('nosniff');
    expect(response.headers.get('access-control-allow-origin')).toBeNull();
  });
});
