import { type Alert, INCIDENT_GAP_MINUTES } from '@picket/sdk';
import { afterEach, expect, test } from 'vitest';
import { inNamespace, sampleAlert } from '../store/testing/alerts.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { apis } from './test-api.ts';

const A = 'aaaaaaaa-0000-5000-8000-000000000000';
const B = 'bbbbbbbb-0000-5000-8000-000000000000';
const of = (incident: string, n: number, overrides: Partial<Alert> = {}) => sampleAlert(n, { incident, ...overrides });

onSqlite((database) => {
  const { start, closeAll } = apis(database.open);
  afterEach(closeAll);

  test('are listed and shown with their timeline through the client', async () => {
    const api = await start();
    const client = api.client(await api.token({ role: 'viewer' }));
    const process = { pid: 7, start: '1', name: 'sh', exepath: '/bin/sh', cmdline: 'sh', ancestors: [] };
    await api.store.alerts.upsert([
      of(A, 1, { mitre: ['T1059'], process }),
      of(A, 2, { mitre: ['T1053'], tags: ['mitre_persistence'], summary: { limit: 30, samples: ['x'] }, count: 9 }),
      of(A, 3, { container: null }),
      of(B, 9),
    ]);
    const page = await client.incidents.list({ limit: 1 });
    expect(page.items.map(({ id, state }) => [id, state])).toEqual([[B, 'quiet']]);
    expect((await client.incidents.list({ cursor: page.next ?? '' })).items.map(({ id }) => id)).toEqual([A]);
    const detail = await client.incidents.get(A, { limit: 2 });
    expect(detail).toMatchObject({ alerts: 3, occurrences: 11, tactics: ['execution', 'persistence'] });
    expect(detail.timeline.items).toMatchObject([
      {
        alert: sampleAlert(1).uuid,
        tactics: ['execution'],
        techniques: ['T1059'],
        process,
        container: { name: 'web' },
      },
      { alert: sampleAlert(2).uuid, tactics: ['persistence'], count: 9, summary: { limit: 30 }, process: null },
    ]);
    const rest = await client.incidents.get(A, { cursor: detail.timeline.next ?? '' });
    expect(rest.timeline).toMatchObject({ items: [{ container: null, node: 'node-a' }], next: null });
    await expect(client.incidents.get('cccccccc-0000-5000-8000-000000000000')).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
  });

  test('are open until the gap has passed since their last event', async () => {
    const now = Date.parse(sampleAlert(0).time) + 1000;
    const api = await start({ deps: { now: () => now } });
    const client = api.client(await api.token({ expires: null }));
    const ago = (minutes: number) => -60 * minutes;
    await api.store.alerts.upsert([of(A, ago(INCIDENT_GAP_MINUTES - 1)), of(B, ago(INCIDENT_GAP_MINUTES + 1))]);
    const ids = async (state: 'open' | 'quiet') => (await client.incidents.list({ state })).items.map(({ id }) => id);
    expect([await ids('open'), await ids('quiet')]).toEqual([[A], [B]]);
    expect((await client.incidents.get(A)).state).toBe('open');
  });

  test('obey the scope of the token, and take one', async () => {
    const api = await start();
    await api.store.alerts.upsert([of(A, 1), of(A, 2, { workload: inNamespace('data') }), of(B, 3)]);
    const client = api.client(await api.token({ role: 'viewer', namespaces: ['data'] }));
    expect((await client.incidents.list()).items).toMatchObject([{ id: A, alerts: 1 }]);
    expect((await client.incidents.get(A)).timeline.items).toHaveLength(1);
    await expect(client.incidents.get(B)).rejects.toMatchObject({ status: 404 });
    expect((await api.request('/api/v1/incidents')).status).toBe(401);
    expect((await api.request(`/api/v1/incidents/${A}`)).status).toBe(401);
  });

  test.each([
    ['?limit=0', 'limit'],
    ['?state=closed', 'state'],
    ['?priority=high', 'priority'],
    ['?since=yesterday', 'since'],
    ['?q=', 'q'],
    ['?sort=score', ''],
    ['?cursor=made-up', undefined],
    ['/not-a-uuid', 'id'],
    [`/${A}?limit=999`, 'limit'],
  ])('refuse %s and say what is wrong', async (rest, path) => {
    const api = await start();
    const response = await api.request(`/api/v1/incidents${rest}`, { token: await api.token() });
    expect(response.status).toBe(400);
    const body = (await response.json()) as { code: string; errors?: { path: string }[] };
    expect([body.code, body.errors?.[0]?.path]).toEqual(['REQUEST_INVALID', path]);
  });

  test('have examples in the reference that are as promised', async () => {
    const api = await start();
    const text = await (await api.request('/api/v1/openapi.json')).text();
    const { components } = JSON.parse(text) as { components: { schemas: Record<string, { example?: object }> } };
    for (const name of ['Incident', 'IncidentDetail', 'IncidentStep'])
      expect(components.schemas[name]?.example).toBeDefined();
    const schema = (await (await api.request('/api/v1/schemas/alert.json')).json()) as { required: string[] };
    expect(schema).toMatchObject({ $schema: 'https://json-schema.org/draft/2020-12/schema', type: 'object' });
    expect(schema.required).toEqual(expect.arrayContaining(['uuid', 'incident']));
  });
});
