import { PicketApiError, ROLES, type Role } from '@picket/sdk/client';
import { afterEach, describe, expect, test } from 'vitest';
import type { DetectorPolicy } from '../detector-life/detector-policy.ts';
import {
  manifestOf,
  openTestDetectorLife,
  type TestDetectorLife,
  uploadOf,
} from '../detector-life/testing/test-detector-life.ts';
import { sampleAlert } from '../store/testing/alerts.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { startApi, type TestApi } from './test-api.ts';

const NONE = 'f'.repeat(64);
const CHANGE: readonly Role[] = ['author', 'operator', 'admin'];
const DECIDE: readonly Role[] = ['operator', 'admin'];

/** Every route about detectors, and the roles that pass: they find nothing, or a detector of that name. */
const MATRIX: [method: string, path: string, roles: readonly Role[], body?: unknown][] = [
  ['POST', '/detectors', ['author', 'admin'], { manifest: 'no manifest', core: 'AAAA' }],
  ['GET', '/detectors', ROLES],
  ['GET', '/detectors/none', ROLES],
  ['DELETE', '/detectors/none', CHANGE],
  ['GET', '/detectors/none/versions', ROLES],
  ['GET', `/detectors/none/versions/${NONE}`, ROLES],
  ['DELETE', `/detectors/none/versions/${NONE}`, CHANGE],
  ['POST', '/detectors/none/promote', CHANGE, { version: NONE, stage: 'shadow' }],
  ['POST', '/detectors/none/rollback', DECIDE],
  ['POST', '/detectors/none/pause', CHANGE],
  ['POST', '/detectors/none/resume', CHANGE],
  ['PUT', '/detectors/none/config', CHANGE, { config: {} }],
  ['PUT', '/detectors/none/grants', DECIDE, { capabilities: null }],
  ['PUT', '/detectors/none/owner', DECIDE, { owner: 'token' }],
  ['GET', '/detectors/none/stats', ROLES],
  ['GET', '/detectors/none/logs', ROLES],
  ['GET', '/detectors/none/findings', ROLES],
];

onSqlite((database) => {
  const lives: TestDetectorLife[] = [];
  const running: TestApi[] = [];
  afterEach(async () => {
    for (const api of running.splice(0)) await api.close();
    for (const life of lives.splice(0)) await life.stop();
  });
  const start = async (policy: Partial<DetectorPolicy> = {}) => {
    const store = await database.open();
    const life = await openTestDetectorLife(store, { policy });
    const api = await startApi(store, { deps: { detectorLife: life.lifecycle } });
    lives.push(life);
    running.push(api);
    const client = async (role: Role, namespaces: string[] | null = null) =>
      api.client(await api.token({ role, namespaces })).detectors;
    return { api, life, client };
  };

  test('each route passes exactly the roles that have the permission', async () => {
    const { api } = await start();
    const paths = (await (await api.request('/api/v1/openapi.json')).json()) as { paths: Record<string, object> };
    const described = Object.entries(paths.paths).flatMap(([path, methods]) =>
      path.startsWith('/api/v1/detectors') ? Object.keys(methods) : [],
    );
    expect(described).toHaveLength(MATRIX.length);
    for (const role of ROLES) {
      const token = await api.token({ role });
      for (const [method, path, roles, body] of MATRIX) {
        const response = await api.request(`/api/v1${path}`, {
          ...{ method, token, headers: body ? { 'content-type': 'application/json' } : {} },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const answer = (response.status === 204 ? {} : await response.json()) as { code?: string };
        expect([method, path, role, response.status !== 403], String(answer.code)).toEqual([
          method,
          path,
          role,
          roles.includes(role),
        ]);
        if (response.status === 403) expect(answer.code).toBe('AUTH_FORBIDDEN');
        else expect([200, 204, 404, 422]).toContain(response.status);
      }
    }
  });

  test('a detector lives from upload to deletion through the client', async () => {
    const { life, client } = await start();
    const [author, operator, viewer] = [await client('author'), await client('operator'), await client('viewer')];
    const upload = uploadOf(manifestOf('mine', '1.0.0', 'config: { n: { type: integer, default: 3 } }\n'));
    const made = await author.upload({ ...upload, config: { n: 5 } });
    expect(made).toMatchObject({ detector: 'mine', version: '1.0.0', stage: 'shadow', fresh: true, config: { n: 5 } });
    expect((await viewer.list()).items).toMatchObject([{ name: 'mine', versions: 1, paused: false }]);
    const whole = await viewer.versions.get('mine', made.id.slice(0, 12));
    expect([whole.manifest, whole.source, whole.binary]).toEqual([upload.manifest, upload.source?.files, null]);
    const info = await operator.promote('mine', {
      ...{ version: '1.0.0', stage: 'canary' },
      canary: { namespaces: ['shop'], labels: { app: 'web' }, percent: 10 },
    });
    expect(info.stages.canary).toMatchObject({ id: made.id, canary: { percent: 10 } });
    await operator.promote('mine', { version: '1.0.0', stage: 'active' });
    expect(life.running()).toEqual(['mine active 1.0.0']);
    expect((await operator.config('mine', { config: { n: 6 } })).stages.active?.id).toBe(made.id);
    expect((await author.pause('mine')).paused).toBe(true);
    expect((await author.resume('mine')).paused).toBe(false);
    await operator.grants('mine', { capabilities: ['state'] });
    expect((await viewer.get('mine')).grants).toEqual({ capabilities: ['observe', 'state'], own: true });
    expect((await operator.rollback('mine')).stages).toMatchObject({ active: null, canary: { id: made.id } });
    expect((await viewer.versions.list('mine')).items).toMatchObject([{ id: made.id, stage: 'canary' }]);
    await operator.delete('mine');
    await expect(viewer.get('mine')).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
    expect(life.running()).toEqual([]);
  });

  describe('an upload that is refused', () => {
    const problemOf = async (call: Promise<unknown>) => {
      const error: unknown = await call.catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PicketApiError);
      return error as PicketApiError;
    };

    test('tells every place of manifest, source and binary', async () => {
      const { client } = await start();
      const author = await client('author');
      const manifest = manifestOf('mine', 'x', 'odd: 1\n');
      const first = await problemOf(author.upload({ ...uploadOf(manifest) }));
      expect([first.status, first.code]).toEqual([422, 'DETECTOR_MANIFEST']);
      expect(first.errors.map(({ path }) => path)).toEqual(['manifest.yaml:2:10', 'manifest.yaml:6:6']);
      const bad = { files: { 'main.ts': 'bad' } };
      const second = await problemOf(author.upload({ manifest: manifestOf('mine'), source: bad }));
      expect([second.status, second.code]).toEqual([422, 'DETECTOR_COMPILE_ERROR']);
      expect(second.errors.map(({ path }) => path)).toEqual(['main.ts:3:5', 'lib/a.ts:1:1']);
      const third = await problemOf(author.upload({ manifest: manifestOf('mine'), core: 'AGFzbQEAAAD/' }));
      expect([third.status, third.errors[0]?.path]).toEqual([422, expect.stringMatching(/^byte \d+$/)]);
    });

    test.each([
      ['nothing of three', {}],
      ['two of three', { core: 'AAAA', component: 'AAAA' }],
      ['no base64', { core: '%%%%' }],
      ['a member more', { core: 'AAAA', command: 'x' }],
      ['a signature of another length', { core: 'AAAA', signature: 'AAAA' }],
      ['a configuration that is no flat object', { core: 'AAAA', config: { a: { b: 1 } } }],
    ])('for its shape: %s', async (_, parts) => {
      const { client } = await start();
      const author = await client('author');
      const error = await problemOf(author.upload({ manifest: manifestOf('mine'), ...parts } as never));
      expect([error.status, error.code]).toEqual([400, 'REQUEST_INVALID']);
    });

    test('for its size: eight MiB pass the door, more than twelve do not, and only here', async () => {
      const { api, client } = await start();
      const author = await client('author');
      const core = Buffer.alloc(8 << 20).toString('base64');
      const large = await problemOf(author.upload({ manifest: manifestOf('mine'), core }));
      expect([large.status, large.code]).toEqual([422, 'DETECTOR_MALFORMED']);
      const token = await api.token({ role: 'admin' });
      const send = (path: string, method: string) =>
        api.request(`/api/v1/detectors${path}`, {
          ...{ method, token, headers: { 'content-type': 'application/json' } },
          body: `"${'x'.repeat(path === '' ? 12 << 20 : 65 << 10)}"`,
        });
      expect((await send('', 'POST')).status).toBe(413);
      expect((await send('/mine/config', 'PUT')).status).toBe(413);
    });

    test('because others are before it, and because it asks for too much', async () => {
      const { client } = await start({ grants: ['observe'] });
      const author = await client('author');
      const greedy = uploadOf(manifestOf('mine', '1.0.0', 'capabilities: [observe, state]\n'));
      const error = await problemOf(author.upload(greedy));
      expect([error.status, error.code]).toEqual([422, 'DETECTOR_CAPABILITY']);
      expect(error.message).toContain('ask an operator');
    });
  });

  test('two owners with namespaces see and change their own detectors alone', async () => {
    const { client } = await start();
    const [shop, data] = [await client('author', ['shop']), await client('author', ['data'])];
    const [shops, all] = [await client('operator', ['shop']), await client('operator')];
    await shop.upload(uploadOf(manifestOf('of-shop')));
    await data.upload(uploadOf(manifestOf('of-data')));
    const names = async (of: typeof shop) => (await of.list()).items.map(({ name }) => name);
    expect([await names(shop), await names(data), await names(shops), await names(all)]).toEqual([
      ['of-shop'],
      ['of-data'],
      ['of-shop'],
      ['of-data', 'of-shop'],
    ]);
    const hidden = { code: 'NOT_FOUND', status: 404 };
    for (const call of [shop.get, shop.pause, shop.delete, shop.stats, shop.logs, shop.findings, shop.versions.list])
      await expect(call('of-data')).rejects.toMatchObject(hidden);
    await expect(shop.versions.get('of-data', '1.0.0')).rejects.toMatchObject(hidden);
    await expect(shops.promote('of-data', { version: '1.0.0', stage: 'active' })).rejects.toMatchObject(hidden);
    await expect(shop.upload(uploadOf(manifestOf('of-data')))).rejects.toMatchObject({ code: 'DETECTOR_CONFLICT' });
    await expect(shop.promote('of-shop', { version: '1.0.0', stage: 'active' })).rejects.toMatchObject({ status: 403 });
    expect(await shops.promote('of-shop', { version: '1.0.0', stage: 'active' })).toMatchObject({
      namespaces: ['shop'],
    });
    const page = await all.list({ limit: 1 });
    expect((await all.list({ limit: 1, cursor: page.next ?? '' })).items).toMatchObject([{ name: 'of-shop' }]);
    await expect(all.list({ cursor: '%%%' })).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
  });

  test('numbers, log and findings of what runs are told', async () => {
    const { life, client } = await start();
    const author = await client('author');
    const { id } = await author.upload(uploadOf(manifestOf('mine')));
    const until = Date.now() + 60_000;
    life.stats.push({
      ...{ versionId: id, name: 'mine', version: '1.0.0', owner: 'x', state: 'quarantined', reason: 'DETECTOR_FUEL' },
      ...{ events: 5, calls: 2, findings: 1, dropped: { findings: 0, logs: 1, proposals: 0 }, errors: 0, fuel: 12n },
      ...{ p50: 100, p99: 900, memoryBytes: 65536, instances: 1, traps: { DETECTOR_FUEL: 3 }, restarts: 0 },
      ...{ skipped: { queue: 1, fuel: 0, quarantine: 2, fault: 0, quota: 0, restart: 0 } },
      ...{ queue: 0, quarantinedUntil: until, costShare: 0.5 },
    });
    expect(await author.stats('mine')).toMatchObject({
      replica: 'replica-1',
      items: [
        {
          ...{ version: id, stage: 'shadow', state: 'quarantined', fuel: 12, traps: { DETECTOR_FUEL: 3 } },
          quarantined_until: new Date(until).toISOString(),
        },
      ],
    });
    await author.resume('mine');
    expect(life.resumed).toEqual([id]);
    life.logs.set(id, [{ number: 1, time: 5, level: 'warn', message: 'hi', partition: 0 }]);
    const logs = await author.logs('mine', { limit: 5 });
    expect(logs.items).toMatchObject([{ version: id, message: 'hi', level: 'warn' }]);
    expect((await author.logs('mine', { after: logs.next })).items).toEqual([]);
    const alert = sampleAlert(1, { detector: { kind: 'wasm', id: 'mine', version: '1.0.0' } });
    life.findings.record(id, alert);
    await life.findings.flush();
    expect(await author.findings('mine', { version: '1.0.0' })).toEqual({
      items: [{ version: id, alert }],
      next: null,
    });
  });
});
