import { BACKTEST_LIMITS, type BacktestInfo, PicketApiError, ROLES, type Role } from '@picket/sdk/client';
import { afterEach, beforeAll, describe, expect, test } from 'vitest';
import type { BacktestsDeps } from '../backtest/start-backtests.ts';
import { putDetector } from '../backtest/testing/put-detector.ts';
import { buildDetector } from '../detector-tests/build-detector.ts';
import { onSqlite } from '../store/testing/databases.ts';
import type { TestApi } from './test-api.ts';
import { backtestApis, bytes, files, rule } from './test-backtest-api.ts';

const NONE = '00000000-0000-4000-8000-ffffffffffff';
const WRITERS = ['author', 'operator', 'admin'] as const;
const MATRIX: [method: string, path: string, roles: readonly Role[], body?: unknown][] = [
  ['GET', '/backtests', ROLES],
  ['GET', `/backtests/${NONE}`, ROLES],
  ['POST', '/backtests', WRITERS, { detector: { name: 'none' }, from: { capture: NONE } }],
  ['POST', '/backtests', ['operator', 'admin'], { rules: { files }, from: { capture: NONE } }],
  ['DELETE', `/backtests/${NONE}`, WRITERS],
  ['GET', '/captures', ROLES],
  ['DELETE', `/captures/${NONE}`, WRITERS],
];

// building the detector takes seconds once
beforeAll(() => buildDetector(new URL('../../../detectors/port-scan', import.meta.url).pathname), 120_000);

onSqlite((database) => {
  const { start, endAll } = backtestApis(database.open);
  afterEach(endAll);
  const idOf = async (secret: string, api: TestApi) => (await api.client(secret).whoami()).token_id;

  test('each route passes exactly the roles that have its permission', async () => {
    const { api } = await start();
    for (const role of ROLES) {
      const token = await api.token({ role });
      for (const [method, path, roles, body] of MATRIX) {
        const response = await api.request(`/api/v1${path}`, {
          method,
          token,
          headers: body ? { 'content-type': 'application/json' } : {},
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const { code } = response.status < 300 ? { code: '' } : ((await response.json()) as { code: string });
        const passed = response.status < 300 || code === 'NOT_FOUND';
        expect([method, path, role, passed], code).toEqual([method, path, role, roles.includes(role)]);
      }
    }
  });

  describe('rules', () => {
    test('over an uploaded capture are compared with those that run', async () => {
      const { api } = await start();
      const { backtests, captures } = api.client(await api.token({ role: 'operator' }));
      const capture = await captures.upload(bytes);
      expect(capture).toMatchObject({ bytes: bytes.length, from: '2023-11-14T22:13:20.000Z' });
      const made = await backtests.create({ rules: { files }, from: { capture: capture.id } });
      expect(made).toMatchObject({ subject: { kind: 'rules', set: null, files: ['mine.yaml'] }, namespaces: null });
      const { state, clean, result } = await backtests.finished(made.id);
      expect([state, clean]).toEqual(['done', true]);
      expect(result?.alerts).toMatchObject({
        total: 4,
        by: [{ rule: 'mine', namespace: 'shop' }, { namespace: 'bank' }],
      });
      expect(result?.difference).toMatchObject({ against: 'the rules of the server', added: 4, gone: 0 });
      expect((await backtests.list()).items).toMatchObject([{ id: made.id, state: 'done' }]);
      expect((await api.client(await api.token()).audit.list()).items.map(({ action }) => action)).toEqual([
        'backtests.create',
        'captures.upload',
      ]);
      await captures.delete(capture.id);
      await backtests.delete(made.id);
      await expect(backtests.get(made.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('of a set, in place of the active one, show what goes', async () => {
      const {
        api,
        backtests: { life },
      } = await start();
      const { backtests, captures } = api.client(await api.token({ role: 'operator' }));
      const capture = await captures.upload(bytes);
      const operator = { id: 'operator' };
      const first = await life.lifecycle.createSet(operator, { files, partial: false });
      await life.lifecycle.activateSet(operator, first.id);
      const other = [{ name: 'other.yaml', text: rule('other', '/mine/1') }];
      const second = await life.lifecycle.createSet(operator, { files: other, partial: false });
      const made = await backtests.create({ rules: { set: second.id }, from: { capture: capture.id } });
      const { result } = await backtests.finished(made.id);
      expect(result?.difference).toMatchObject({ added: 1, gone: 4, same: 0 });
      expect(result?.difference.against).toContain(first.id.slice(0, 12));
    });

    test('that are wrong are refused with every place', async () => {
      const { api } = await start();
      const { backtests } = api.client(await api.token());
      const wrong = [{ name: 'a.yaml', text: '- rule: bad\n  condition: proc.nosuch = 1\n  priority: Warning\n' }];
      const error = await backtests
        .create({ rules: { files: wrong }, from: { since: '2027-01-01T00:00:00Z' } })
        .catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PicketApiError);
      expect(error).toMatchObject({ code: 'RULES_REFUSED', status: 422 });
      expect((error as PicketApiError).errors[0]?.path).toBe('a.yaml:2:14');
    });
  });

  describe('a detector', () => {
    test('is tried by its owner, compared with the active version, and proven', async () => {
      const { api, backtests: life, store } = await start();
      const secret = await api.token({ role: 'author' });
      const owner = await idOf(secret, api);
      const version = await putDetector(store, 'scans', { owner, active: true });
      const { backtests, captures } = api.client(secret);
      const capture = await captures.upload(bytes);
      expect(await life.hasCleanBacktest(version)).toBe(false);
      const made = await backtests.create({ detector: { name: 'scans' }, from: { capture: capture.id } });
      expect(made.subject).toEqual({ kind: 'detector', name: 'scans', version: '1.0.20', version_id: version });
      const { result, error, state } = await backtests.finished(made.id);
      expect([state, error]).toEqual(['done', null]);
      expect(result?.alerts.total).toBe(2);
      expect(result?.difference).toMatchObject({ against: 'version 1.0.20', same: 2, added: 0, gone: 0 });
      expect(await life.hasCleanBacktest(version)).toBe(true);
      const stranger = api.client(await api.token({ role: 'author' })).backtests;
      await expect(
        stranger.create({ detector: { name: 'scans' }, from: { capture: capture.id } }),
      ).rejects.toMatchObject({ code: 'AUTH_FORBIDDEN' });
      await expect(stranger.delete(made.id)).rejects.toMatchObject({ code: 'AUTH_FORBIDDEN' });
      expect((await api.client(await api.token({ role: 'operator' })).backtests.get(made.id)).state).toBe('done');
    });

    test('of two owners with namespaces: each sees the events and the results of their own', async () => {
      const { api, store } = await start();
      const [shop, bank] = [
        await api.token({ role: 'author', namespaces: ['shop'] }),
        await api.token({ role: 'author', namespaces: ['bank'] }),
      ];
      await putDetector(store, 'shop-scans', { owner: await idOf(shop, api), scope: ['shop'] });
      await putDetector(store, 'bank-scans', { owner: await idOf(bank, api), scope: ['bank'], ports: 30 });
      const made: BacktestInfo[] = [];
      for (const [secret, name] of [
        [shop, 'shop-scans'],
        [bank, 'bank-scans'],
      ] as const) {
        const { backtests, captures } = api.client(secret);
        const capture = await captures.upload(bytes);
        made.push(await backtests.create({ detector: { name }, from: { capture: capture.id } }));
      }
      const [ofShop, ofBank] = [api.client(shop), api.client(bank)];
      const first = await ofShop.backtests.finished(made[0]?.id ?? '');
      const second = await ofBank.backtests.finished(made[1]?.id ?? '');
      expect(first.result?.alerts.by).toMatchObject([{ namespace: 'shop', alerts: 1 }]);
      expect(second.result?.alerts.by).toMatchObject([{ namespace: 'bank', alerts: 1 }]);
      expect((await ofShop.backtests.list()).items.map(({ id }) => id)).toEqual([made[0]?.id]);
      expect((await ofShop.captures.list()).items).toHaveLength(1);
      await expect(ofShop.backtests.get(made[1]?.id ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(ofShop.backtests.delete(made[1]?.id ?? '')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(
        ofShop.backtests.create({ detector: { name: 'bank-scans' }, from: { since: '2027-01-01T00:00:00Z' } }),
      ).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect((await api.client(await api.token({ role: 'viewer' })).backtests.list()).items).toHaveLength(2);
    });
  });

  /** Runs until it is ended. */
  const endless: BacktestsDeps['run'] = async (_, { signal, onProgress }) => {
    onProgress({ phase: 'running', batches: 3, of: 10, events: 30, events_per_second: 5 });
    await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
    throw signal.reason;
  };

  test('one runs, only so many wait, and each can be ended', async () => {
    const { api, store } = await start(undefined, { run: endless });
    const secret = await api.token({ role: 'author' });
    await putDetector(store, 'scans', { owner: await idOf(secret, api) });
    const { backtests, captures } = api.client(secret);
    const capture = await captures.upload(bytes);
    const request = { detector: { name: 'scans' }, from: { capture: capture.id } };
    const made: BacktestInfo[] = [];
    for (let i = 0; i <= BACKTEST_LIMITS.waiting; i++) made.push(await backtests.create(request));
    await expect(backtests.create(request)).rejects.toMatchObject({ code: 'BACKTESTS_FULL', status: 503 });
    const [first, second] = [made[0]?.id ?? '', made[1]?.id ?? ''];
    await expect.poll(async () => (await backtests.get(first)).progress).toMatchObject({ batches: 3, of: 10 });
    expect((await backtests.list({ state: 'queued' })).items).toHaveLength(BACKTEST_LIMITS.waiting);
    await backtests.delete(first);
    await expect.poll(async () => (await backtests.get(second)).state).toBe('running');
    expect(await backtests.get(first)).toMatchObject({ state: 'cancelled', result: null, clean: null });
    // as another control plane of this store would
    const ended = { finished: 1, progress: made[0]?.progress ?? never(), clean: null, error: null, result: null };
    await store.backtests.end(second, { state: 'cancelled', ...ended });
    await expect.poll(async () => (await backtests.get(made[2]?.id ?? '')).state, { timeout: 10_000 }).toBe('running');
    await backtests.delete(first);
    await expect(backtests.get(first)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('those that a control plane left behind fail with what to do', async () => {
    const { api, backtests: first, store } = await start(undefined, { run: endless });
    const secret = await api.token();
    await putDetector(store, 'scans', { owner: await idOf(secret, api) });
    const { backtests, captures } = api.client(secret);
    const capture = await captures.upload(bytes);
    const request = { detector: { name: 'scans' }, from: { capture: capture.id } };
    const made = [await backtests.create(request), await backtests.create(request), await backtests.create(request)];
    await first.stop();
    const states = await Promise.all(made.map(({ id }) => store.backtests.get(id)));
    for (const state of states) expect(state).toMatchObject({ state: 'failed', error: { code: 'BACKTEST_STOPPED' } });
    const orphan = states.at(-1);
    // as a crash leaves it
    if (orphan) await store.backtests.insert({ ...orphan, id: NONE, state: 'running', error: null });
    const { api: again } = await start(store);
    const left = await again.client(await again.token()).backtests.get(NONE);
    expect(left).toMatchObject({ state: 'failed', error: { message: expect.stringMatching(/run it again/) } });
  });

  test.each<[why: string, body: unknown]>([
    ['nothing to try', { from: { since: '2027-01-01T00:00:00Z' } }],
    ['both', { rules: { files }, detector: { name: 'a' }, from: { since: '2027-01-01T00:00:00Z' } }],
    ['no source', { rules: { files }, from: {} }],
    ['a time that is none', { rules: { files }, from: { since: 'yesterday' } }],
    [
      'an end before the beginning',
      { rules: { files }, from: { since: '2027-01-02T00:00:00Z', until: '2027-01-01T00:00:00Z' } },
    ],
    ['a set that is none', { rules: { set: 'short' }, from: { since: '2027-01-01T00:00:00Z' } }],
    ['a capture that is a path', { rules: { files }, from: { capture: '../../etc/passwd' } }],
    ['an unknown filter', { rules: { files }, from: { capture: NONE }, filters: { pods: ['a'] } }],
  ])('%s is refused', async (_, body) => {
    const { api } = await start();
    const response = await api.request('/api/v1/backtests', {
      method: 'POST',
      token: await api.token(),
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'REQUEST_INVALID']);
  });
});

function never(): never {
  throw new Error('there is none');
}
