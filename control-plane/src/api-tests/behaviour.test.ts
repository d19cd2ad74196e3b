import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PicketApiError, ROLES, type Role } from '@picket/sdk/client';
import { afterAll, afterEach, describe, expect, test } from 'vitest';
import { MADE_DIGEST, MADE_KEY, madeMaterial } from '../behaviour-life/testing/made-material.ts';
import {
  openTestBehaviourLife,
  type TestBehaviourLife,
  type TestBehaviourLifeOptions,
} from '../behaviour-life/testing/test-behaviour-life.ts';
import { workloadId } from '../detection/anomaly/features/workload-id.ts';
import { profileId } from '../detection/anomaly/profiles/profile-head.ts';
import { toYaml } from '../detection/anomaly/profiles/profile-yaml.ts';
import { fromYaml } from '../detection/anomaly/profiles/profile-yaml-read.ts';
import { signProfile } from '../detection/anomaly/profiles/sign-profile.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { startApi, type TestApi } from './test-api.ts';

const ID = workloadId(MADE_KEY, MADE_DIGEST);
const NONE = 'f'.repeat(16);
const DECIDE: readonly Role[] = ['operator', 'admin'];
const PROPOSE: readonly Role[] = ['analyst', 'operator', 'admin'];
const decision = { tokens: ['x:/bin/tar'], reason: 'dump' };

/** Every route about behaviour, and the roles that pass: they find nothing. */
const MATRIX: [method: string, path: string, roles: readonly Role[], body?: unknown][] = [
  ['GET', '/models', ROLES],
  ['GET', `/models/${NONE}`, ROLES],
  ['GET', `/models/${NONE}/versions`, ROLES],
  ['GET', `/models/${NONE}/compare?a=aaaaaaaa&b=bbbbbbbb`, ROLES],
  ['GET', `/models/${NONE}/scores`, ROLES],
  ['POST', `/models/${NONE}/promote`, DECIDE, { version: 'aaaaaaaa' }],
  ['POST', `/models/${NONE}/rollback`, DECIDE, {}],
  ['POST', `/models/${NONE}/reset`, DECIDE, {}],
  ['POST', `/models/${NONE}/stage`, DECIDE, { stage: 'monitor' }],
  ['GET', '/profiles', ROLES],
  ['GET', `/profiles/${NONE}`, ROLES],
  ['PUT', `/profiles/${NONE}`, DECIDE, { yaml: 'no profile' }],
  ['POST', `/profiles/${NONE}/allow`, PROPOSE, decision],
  ['POST', `/profiles/${NONE}/remove`, PROPOSE, decision],
  ['POST', `/profiles/${NONE}/forget`, DECIDE, decision],
];

const problemOf = async (call: Promise<unknown>): Promise<PicketApiError> => {
  const error: unknown = await call.catch((thrown: unknown) => thrown);
  expect(error).toBeInstanceOf(PicketApiError);
  return error as PicketApiError;
};

onSqlite((database) => {
  const lives: TestBehaviourLife[] = [];
  const running: TestApi[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'picket-keys-'));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));
  afterEach(async () => {
    for (const api of running.splice(0)) await api.close();
    for (const life of lives.splice(0)) await life.stop();
  });
  const start = async (options: TestBehaviourLifeOptions = {}) => {
    const store = await database.open();
    const life = await openTestBehaviourLife(store, options);
    const api = await startApi(store, { deps: { behaviour: life.lifecycle } });
    lives.push(life);
    running.push(api);
    const client = async (role: Role, namespaces: string[] | null = null) =>
      api.client(await api.token({ role, namespaces }));
    return { api, life, store, client };
  };
  const trained = async (options: TestBehaviourLifeOptions = {}) => {
    const started = await start(options);
    await started.life.takeMaterial(1, [madeMaterial({ tokens: ['x:/usr/sbin/nginx', 'p:5432/tcp'] })]);
    await started.life.trainNow();
    return started;
  };

  test('each route passes exactly the roles that have the permission', async () => {
    const { api } = await start();
    const paths = (await (await api.request('/api/v1/openapi.json')).json()) as { paths: Record<string, object> };
    const described = Object.entries(paths.paths).flatMap(([path, methods]) =>
      /^\/api\/v1\/(models|profiles)/.test(path) ? Object.keys(methods) : [],
    );
    expect(described).toHaveLength(MATRIX.length);
    for (const role of ROLES) {
      const token = await api.token({ role });
      for (const [method, path, roles, body] of MATRIX) {
        const response = await api.request(`/api/v1${path}`, {
          ...{ method, token, headers: body ? { 'content-type': 'application/json' } : {} },
          ...(body !== undefined && { body: JSON.stringify(body) }),
        });
        const { code } = (await response.json()) as { code?: string };
        expect([method, path, role, response.status !== 403], code).toEqual([method, path, role, roles.includes(role)]);
        expect(response.status === 403 ? [403] : [200, 404, 422]).toContain(response.status);
      }
    }
  });

  test('a model is listed, compared, rolled back, put into a stage and reset through the client', async () => {
    const { life, client, store } = await trained();
    const [viewer, operator] = [await client('viewer'), await client('operator')];
    await life.takeMaterial(1, [madeMaterial({ windows: 500, tokens: ['x:/usr/sbin/nginx', 'x:/bin/sh'] })]);
    await life.trainNow();
    const { items, next } = await viewer.models.list({ stage: 'monitor', q: 'DEPLOYMENT/web' });
    expect([items.map(({ id }) => id), next]).toEqual([[ID], null]);
    expect((await viewer.models.list({ stage: 'review' })).items).toEqual([]);
    const [second, first] = (await viewer.models.versions(ID)).items;
    expect([second?.active, first?.previous, first?.anchor]).toEqual([true, true, true]);
    const page = await viewer.models.versions(ID, { limit: 1 });
    expect((await viewer.models.versions(ID, { limit: 1, cursor: page.next ?? '' })).items[0]?.id).toBe(first?.id);
    const compared = await viewer.models.compare(ID, { a: first?.id.slice(0, 10) ?? '', b: second?.id ?? '' });
    expect(compared.tokens).toEqual([
      { class: 'x', name: 'programs', both: 1, only_a: 0, only_b: 1, examples_a: [], examples_b: ['/bin/sh'] },
      { class: 'p', name: 'ports', both: 0, only_a: 1, only_b: 0, examples_a: ['5432/tcp'], examples_b: [] },
    ]);
    expect(compared.changes).toContain('programs: 1 more, 0 fewer');
    const back = await operator.models.rollback(ID, { reason: 'too loud' });
    expect([back.version?.id, back.pinned]).toEqual([first?.id, true]);
    expect((await operator.models.promote(ID, { version: second?.id ?? '' })).pinned).toBe(false);
    expect(await operator.models.stage(ID, { stage: 'enforce', target: 0.2 })).toMatchObject({
      stage: 'enforce',
      target: { per_day: 0.2, own: true },
    });
    expect((await operator.models.reset(ID)).stage).toBe('learning');
    const { items: audit } = await store.audit.list(5);
    expect(audit.map(({ action, target }) => `${action} ${target}`)).toEqual([
      ...['models.reset', 'models.stage', 'models.promote', 'models.rollback', 'models.stage'].map((a) => `${a} ${ID}`),
    ]);
    expect(audit[3]?.detail).toMatchObject({ key: MADE_KEY, version: first?.id, reason: 'too loud' });
  });

  test('scores and alarms are those of the partitions that the server has', async () => {
    const { life, client } = await trained();
    const viewer = await client('viewer');
    expect((await viewer.models.get(ID)).observed).toBeNull();
    life.observed = { alarms: 3, containerDays: 2 };
    const score = { at: 1_767_225_600_000, seconds: 10, value: 4.2, versionId: 'v1', threshold: 3.9, drift: 0 };
    life.scores.push({ id: 'abc', name: 'web-1', node: 'node-1', scores: [score] });
    expect((await viewer.models.get(ID)).observed).toEqual({ per_day: 1.5, alarms: 3, container_days: 2 });
    const told = { at: '2026-01-01T00:00:00.000Z', seconds: 10, value: 4.2, version: 'v1', threshold: 3.9, drift: 0 };
    expect(await viewer.models.scores(ID)).toEqual({
      replica: 'replica-1',
      containers: [{ id: 'abc', name: 'web-1', node: 'node-1', scores: [told] }],
    });
  });

  test('a token with namespaces sees and changes the workloads of those alone', async () => {
    const { life, client } = await trained();
    await life.takeMaterial(1, [madeMaterial({ key: 'nginx-1/nginx', windows: 3 })]);
    const [inside, outside] = [await client('operator', ['shop']), await client('operator', ['other', 'nginx-1'])];
    expect((await inside.models.list()).items.map(({ key }) => key)).toEqual([MADE_KEY]);
    expect([(await outside.models.list()).items, (await outside.profiles.list()).items]).toEqual([[], []]);
    expect((await (await client('viewer')).models.list()).items).toHaveLength(2);
    for (const call of [
      () => outside.models.get(ID),
      () => outside.models.scores(ID),
      () => outside.models.reset(ID),
      () => outside.profiles.export(ID),
      () => outside.profiles.allow(ID, decision),
    ])
      expect(await problemOf(call())).toMatchObject({ status: 404, code: 'NOT_FOUND' });
    const yaml = await inside.profiles.export(ID);
    expect(await problemOf(outside.profiles.import(ID, { yaml }))).toMatchObject({ status: 403 });
    expect((await inside.profiles.import(ID, { yaml })).tokens).toBe(2);
  });

  test('bad requests are told what is wrong', async () => {
    const { api, client } = await trained();
    const operator = await client('operator');
    const cases: [() => Promise<unknown>, number, RegExp][] = [
      [() => operator.models.get('nothing'), 400, /16 hexadecimal digits/],
      [() => operator.models.get(NONE), 404, /the list of models tells ids/],
      [() => operator.models.promote(ID, { version: 'xyz' }), 400, /first 8 digits or more/],
      [() => operator.models.promote(ID, { version: 'abcdefab' }), 404, /has no version abcdefab/],
      [() => operator.models.rollback(ID), 409, /nothing to go back to/],
      [() => operator.models.stage(ID, {}), 400, /say what is to change/],
      [() => operator.models.stage(ID, { target: 0 }), 400, /target/],
      [() => operator.models.compare(ID, { a: 'aaaaaaaa', b: 'bbbbbbbb' }), 404, /no version aaaaaaaa/],
      [() => operator.models.list({ cursor: 'made-up' }), 400, /take `next` of a page/],
      [() => operator.profiles.allow(ID, { tokens: ['curl'], reason: 'x' }), 400, /a letter for its class/],
      [() => operator.profiles.allow(ID, { tokens: [], reason: 'x' }), 400, /tokens/],
      [() => operator.profiles.allow(ID, { tokens: ['x:/bin/a'], reason: ' ' }), 400, /reason/],
      [() => operator.profiles.forget(ID, decision), 404, /nobody said anything about x:\/bin\/tar/],
    ];
    for (const [call, status, message] of cases) {
      const problem = await problemOf(call());
      expect([problem.status, problem.detail]).toEqual([status, expect.stringMatching(message)]);
    }
    const token = await api.token({ role: 'viewer' });
    expect((await api.request('/api/v1/models?odd=1', { token })).status).toBe(400);
  });

  describe('a profile', () => {
    test('is told with its entries, and what people decide about it holds at once and can be taken back', async () => {
      const { life, client, store } = await trained();
      const [analyst, operator] = [await client('analyst'), await client('operator')];
      const knows = (token: string) => life.program().workloads[0]?.profile.knows(token);
      const document = await analyst.profiles.get(ID);
      expect(document.classes).toEqual([
        { class: 'p', name: 'ports', tokens: 1 },
        { class: 'x', name: 'programs', tokens: 1 },
      ]);
      expect(document.entries.map(({ token, text, windows }) => [token, text, windows])).toEqual([
        ['p:5432/tcp', '5432/tcp', 40],
        ['x:/usr/sbin/nginx', '/usr/sbin/nginx', 40],
      ]);
      expect((await analyst.profiles.allow(ID, decision)).proposed).toBe(1);
      expect(knows('x:/bin/tar')).toBe(false);
      expect(await operator.profiles.allow(ID, decision)).toMatchObject({ allowed: 1, proposed: 0 });
      expect(knows('x:/bin/tar')).toBe(true);
      await operator.profiles.allow(ID, { tokens: ['x:/opt/**'], pattern: true, reason: 'plugins' });
      await operator.profiles.remove(ID, { tokens: ['x:/usr/sbin/nginx'], reason: 'not here' });
      expect([knows('x:/opt/a/b'), knows('x:/usr/sbin/nginx')]).toEqual([true, false]);
      const { decisions } = await analyst.profiles.get(ID);
      expect(decisions.map(({ token, what, state, pattern }) => [token, what, state, pattern])).toEqual([
        ['x:/bin/tar', 'allow', 'accepted', false],
        ['x:/opt/**', 'allow', 'accepted', true],
        ['x:/usr/sbin/nginx', 'remove', 'accepted', false],
      ]);
      await life.takeMaterial(1, [madeMaterial({ windows: 500 })]);
      await life.trainNow();
      expect([knows('x:/bin/tar'), knows('x:/usr/sbin/nginx')]).toEqual([true, false]);
      await operator.profiles.forget(ID, { tokens: ['x:/usr/sbin/nginx', 'x:/opt/**'], reason: 'it is' });
      expect([knows('x:/opt/a/b'), knows('x:/usr/sbin/nginx')]).toEqual([false, true]);
      const { items } = await store.audit.list(10);
      expect(items.map(({ action }) => action)).toEqual([
        ...['profiles.forget', 'profiles.remove', 'profiles.allow', 'profiles.allow', 'profiles.propose'],
        'models.stage',
      ]);
    });

    test('goes from one server to another as YAML, with what people decided', async () => {
      const from = await trained();
      const operator = await from.client('operator');
      await operator.profiles.allow(ID, decision);
      const yaml = await operator.profiles.export(ID);
      expect(yaml).toContain('/usr/sbin/nginx');
      const to = await start();
      const other = await to.client('operator');
      expect(await problemOf(other.profiles.import(NONE, { yaml }))).toMatchObject({
        ...{ status: 422, code: 'PROFILE_REFUSED', detail: expect.stringContaining(`its address is ${ID}`) },
      });
      const imported = await other.profiles.import(ID, { yaml, stage: 'enforce', reason: 'from staging' });
      expect(imported).toMatchObject({ key: MADE_KEY, stage: 'enforce', tokens: 2, allowed: 1 });
      const [live] = to.life.program().workloads;
      expect([live?.stage, live?.model, live?.profile.knows('x:/bin/tar')]).toEqual(['enforce', undefined, true]);
      expect(await other.models.get(ID)).toMatchObject({ pinned: true, version: { origin: 'imported' } });
      expect(await problemOf((await to.client('viewer')).profiles.export(NONE))).toMatchObject({ status: 404 });
      // learning goes on beside it, and what it makes waits
      await to.life.takeMaterial(1, [madeMaterial({ windows: 500 })]);
      await to.life.trainNow();
      expect(await other.models.get(ID)).toMatchObject({
        version: { origin: 'imported' },
        waiting: { why: expect.stringMatching(/chose/) },
      });
    });

    test('that is no profile is refused with every place', async () => {
      const { client } = await trained();
      const operator = await client('operator');
      const yaml = (await operator.profiles.export(ID)).replace(/windows: \d+ #/, 'windows: many #');
      const problem = await problemOf(operator.profiles.import(ID, { yaml: `${yaml}odd: 1\n` }));
      expect([problem.status, problem.code]).toEqual([422, 'PROFILE_REFUSED']);
      expect(problem.errors.map(({ path }) => path)).toEqual([
        expect.stringMatching(/^profile\.yaml:\d+:\d+$/),
        expect.stringMatching(/^profile\.yaml:\d+:\d+$/),
      ]);
      const large = await problemOf(operator.profiles.import(ID, { yaml: 'x'.repeat(5_000_000) }));
      expect(large.status).toBe(413);
    });

    test('must be signed where the server has keys', async () => {
      const { publicKey, privateKey } = generateKeyPairSync('ed25519');
      writeFileSync(join(folder, 'a.pem'), publicKey.export({ type: 'spki', format: 'pem' }));
      const { client, store } = await trained({ keysFolder: folder });
      const operator = await client('operator');
      const yaml = await operator.profiles.export(ID);
      expect((await problemOf(operator.profiles.import(ID, { yaml }))).detail).toMatch(/takes signed profiles only/);
      const { profile, head } = fromYaml(yaml);
      const signed = toYaml(profile, head, signProfile(profileId(profile, head), privateKey, 'mine'));
      expect((await operator.profiles.import(ID, { yaml: signed })).tokens).toBe(2);
      expect((await store.audit.list(1)).items[0]?.detail).toMatchObject({
        signed_by: expect.stringMatching(/^[0-9a-f]{32}$/),
      });
      const changed = signed.replaceAll('/usr/sbin/nginx', '/usr/sbin/evil');
      expect((await problemOf(operator.profiles.import(ID, { yaml: changed }))).detail).toMatch(
        /not one of a known key/,
      );
    });
  });
});
