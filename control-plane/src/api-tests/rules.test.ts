import { PicketApiError, ROLES, type Role } from '@picket/sdk/client';
import { afterEach, describe, expect, test } from 'vitest';
import { Scenario } from '../detection/testing/scenario.ts';
import { ruleDirectory } from '../directories.ts';
import { containerWith, opens, openTestLife, type TestLife } from '../rule-sets/testing/test-life.ts';
import { onBothDatabases } from '../store/testing/databases.ts';
import { apis, startApi, type TestApi } from './test-api.ts';

const NONE = '00000000-0000-4000-8000-ffffffffffff';
const NO_SET = 'f'.repeat(64);
const rule = (name: string, path: string) =>
  `- rule: ${name}\n  condition: evt.type = openat and fd.name startswith ${path}\n  output: read %fd.name\n  priority: Warning\n`;
const files = [{ name: 'mine.yaml', text: rule('mine', '/mine') }];

/** Every route about rules, and the roles that pass; those that pass find nothing, or what is there already. */
const MATRIX: [method: string, path: string, roles: readonly Role[], body?: unknown][] = [
  ['GET', '/rules', ROLES],
  ['GET', '/rules/state', ROLES],
  ['POST', '/rules/validate', ROLES, { files }],
  ['POST', '/rules/reload', ['operator', 'admin'], {}],
  ['GET', '/rules/sets', ROLES],
  ['GET', `/rules/sets/${NO_SET}`, ROLES],
  ['POST', '/rules/sets', ['operator', 'admin'], { files }],
  ['POST', `/rules/sets/${NO_SET}/activate`, ['operator', 'admin']],
  ['DELETE', `/rules/sets/${NO_SET}`, ['operator', 'admin']],
  ['POST', '/rules/rollback', ['operator', 'admin']],
  ['GET', '/rules/overrides', ROLES],
  ['PUT', '/rules/base/override', ['operator', 'admin'], { enabled: true }],
  ['DELETE', '/rules/nobody/override', ['operator', 'admin']],
  ['POST', '/rules/exceptions/proposals', ['analyst', 'operator', 'admin'], { alert: NONE }],
  ['GET', '/rules/exceptions', ROLES],
  [
    'POST',
    '/rules/exceptions',
    ['operator', 'admin'],
    { proposal: NONE, owner: 'a', reason: 'b', expires: new Date(Date.now() + 60_000).toISOString() },
  ],
  ['DELETE', `/rules/exceptions/${NONE}`, ['operator', 'admin']],
];

onBothDatabases((database) => {
  const lives: TestLife[] = [];
  const { closeAll } = apis(database.open);
  const running: TestApi[] = [];
  afterEach(async () => {
    await closeAll();
    for (const api of running.splice(0)) await api.close();
    for (const life of lives.splice(0)) await life.stop();
  });
  const start = async () => {
    const store = await database.open();
    const life = await openTestLife(store, { rules: rule('base', '/base') });
    lives.push(life);
    const api = await startApi(store, { deps: { ruleLife: life.lifecycle, rules: ruleDirectory(life.active) } });
    running.push(api);
    return { api, life, store };
  };
  const send = (api: TestApi, [method, path, , body]: (typeof MATRIX)[number], token: string) =>
    api.request(`/api/v1${path}`, {
      method,
      token,
      headers: body ? { 'content-type': 'application/json' } : {},
      ...(body !== undefined && { body: JSON.stringify(body) }),
    });

  test('each route passes exactly the roles that have its permission', async () => {
    const { api } = await start();
    for (const role of ROLES) {
      const token = await api.token({ role });
      for (const route of MATRIX) {
        const response = await send(api, route, token);
        const { code } = response.status < 300 ? { code: '' } : ((await response.json()) as { code: string });
        const passed = response.status < 300 || ['NOT_FOUND', 'RULES_CONFLICT'].includes(code);
        expect([route[0], route[1], role, passed], code).toEqual([route[0], route[1], role, route[2].includes(role)]);
        if (!passed) expect([response.status, code]).toEqual([403, 'AUTH_FORBIDDEN']);
      }
    }
  });

  test('a token that sees only some namespaces changes no rules and reads no exceptions', async () => {
    const { api } = await start();
    const scoped = await api.token({ role: 'admin', namespaces: ['shop'] });
    const refused = MATRIX.filter(
      ([method, path]) => !(method === 'GET' && path !== '/rules/exceptions') && !/validate|proposals/.test(path),
    );
    for (const route of refused) expect([route[1], (await send(api, route, scoped)).status]).toEqual([route[1], 403]);
  });

  describe('a set', () => {
    test('is uploaded, activated and rolled back through the client, and told with each rule', async () => {
      const { api } = await start();
      const { rules } = api.client(await api.token({ role: 'operator' }));
      const set = await rules.sets.create({ files, name: 'first' });
      expect(set).toMatchObject({ name: 'first', rules: 1, active: false });
      expect((await rules.sets.get(set.id)).files).toEqual(files);
      const { state } = await rules.sets.activate(set.id);
      expect(await rules.state()).toEqual(state);
      expect((await rules.sets.list()).items).toMatchObject([{ id: set.id, active: true }]);
      await rules.overrides.set('mine', { priority: 'Critical', reason: 'ours' });
      const { items } = await rules.list();
      expect(items).toMatchObject([
        { rule: 'base', set: null, override: null, exceptions: [] },
        {
          rule: 'mine',
          id: 'mine',
          set: set.id,
          priority: 'Critical',
          override: { priority: 'Critical', reason: 'ours' },
        },
      ]);
      expect((await rules.overrides.list()).items).toMatchObject([{ rule: 'mine', applies: true }]);
      await rules.overrides.delete('mine');
      expect((await rules.rollback()).state.set).toBeNull();
      await rules.sets.delete(set.id);
      await expect(rules.sets.get(set.id)).rejects.toMatchObject({ code: 'NOT_FOUND', status: 404 });
    });

    test('that is broken is refused with the place of every error', async () => {
      const { api } = await start();
      const { rules } = api.client(await api.token({ role: 'operator' }));
      const text = `${rule('mine', '/mine')}- rule: bad\n  condition: proc.nosuch = 1\n  priority: Warning\n- rule: worse\n  priority: Warning\n`;
      const error = await rules.sets.create({ files: [{ name: 'x/y.yaml', text }] }).catch((thrown: unknown) => thrown);
      expect(error).toBeInstanceOf(PicketApiError);
      expect(error).toMatchObject({ code: 'RULES_REFUSED', status: 422 });
      expect((error as PicketApiError).errors.map(({ path }) => path)).toEqual(['x/y.yaml:6:14', 'x/y.yaml:8:3']);
      const check = await rules.validate({ files: [{ name: 'x/y.yaml', text }] });
      expect(check.valid).toBe(false);
      expect(check.rules.map(({ rule: name, outcome }) => [name, outcome])).toEqual([
        ['mine', 'loaded'],
        ['bad', 'refused'],
        ['worse', 'refused'],
      ]);
      expect(check.problems.map(({ line }) => line)).toEqual([6, 8]);
      expect((await rules.sets.list()).items).toEqual([]);
    });

    test.each([
      ['no files', { files: [] }, 400],
      ['an unknown key', { files, active: true }, 400],
      ['a path out of its folder', { files: [{ name: '../x.yaml', text: '' }] }, 400],
      ['an absolute path', { files: [{ name: '/etc/x.yaml', text: '' }] }, 400],
      ['two files of one name', { files: [...files, ...files] }, 400],
      ['too many files', { files: Array.from({ length: 65 }, (_, i) => ({ name: `${i}.yaml`, text: '' })) }, 400],
      ['a text too long', { files: [{ name: 'a.yaml', text: 'x'.repeat(1024 * 1024 + 1) }] }, 400],
      ['texts too long together', { files: ['a', 'b'].map((name) => ({ name, text: '#'.repeat(600_000) })) }, 400],
      ['a body beyond all bounds', { files: [{ name: 'a.yaml', text: 'x'.repeat(5_000_000) }] }, 413],
    ])('with %s is refused', async (_, body, status) => {
      const { api } = await start();
      const token = await api.token();
      for (const path of ['/rules/sets', '/rules/validate'])
        expect((await send(api, ['POST', path, [], body], token)).status).toBe(status);
      expect((await send(api, ['PUT', '/rules/base/override', [], { reason: 'x'.repeat(70_000) }], token)).status).toBe(
        413,
      );
    });
  });

  test.each([
    ['PUT', '/rules/base/override', {}],
    ['PUT', '/rules/base/override', { priority: 'Loud' }],
    ['PUT', '/rules/base/override', { enabled: 'yes' }],
    ['GET', '/rules/sets/short', undefined],
    ['GET', '/rules/exceptions?state=open', undefined],
    ['POST', '/rules/exceptions/proposals', { alert: NONE, hours: 1000 }],
    ['POST', '/rules/exceptions/proposals', { alert: NONE, fields: [] }],
    ['POST', '/rules/exceptions', { proposal: NONE, owner: ' ', reason: 'b', expires: '2027-01-01T00:00:00Z' }],
    ['POST', '/rules/exceptions', { proposal: NONE, owner: 'a', reason: 'b', expires: 'never' }],
    ['POST', '/rules/exceptions', { proposal: NONE, owner: 'a', reason: 'b' }],
  ])('%s %s %j is refused', async (method, path, body) => {
    const { api } = await start();
    const response = await send(api, [method, path, [], body], await api.token());
    expect([response.status, ((await response.json()) as { code: string }).code]).toEqual([400, 'REQUEST_INVALID']);
  });

  test('an analyst proposes an exception, an operator accepts it, and the rule tells of it', async () => {
    const { api, life, store } = await start();
    const scenario = new Scenario();
    const alerts = life.feed(...containerWith(scenario, 7, '/usr/bin/backup'), ...opens(scenario, 7, '/base/1'));
    await store.alerts.upsert(alerts);
    const analyst = api.client(await api.token({ role: 'analyst' })).rules.exceptions;
    const operator = api.client(await api.token({ role: 'operator' }));
    const proposed = await analyst.propose({ alert: alerts[0]?.uuid ?? '', reason: 'the backup' });
    expect(proposed.effect.events).toMatchObject({ before: { alerts: 1 }, after: { alerts: 0 } });
    const expires = new Date(Date.now() + 60_000).toISOString();
    const body = { proposal: proposed.id ?? '', owner: 'a', reason: 'b', expires };
    await expect(analyst.accept(body)).rejects.toMatchObject({ code: 'AUTH_FORBIDDEN' });
    const info = await operator.rules.exceptions.accept(body);
    expect((await operator.rules.list()).items[0]?.exceptions).toEqual([{ id: info.id, owner: 'a', expires }]);
    expect((await analyst.list({ state: 'active' })).items).toEqual([info]);
    await operator.rules.exceptions.end(info.id);
    expect((await analyst.list()).items).toMatchObject([{ state: 'ended' }]);
    await expect(operator.rules.exceptions.end(info.id)).rejects.toMatchObject({ code: 'RULES_CONFLICT', status: 409 });
  });
});
