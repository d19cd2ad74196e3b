import { afterEach, describe, expect, test } from 'vitest';
import { Scenario } from '../detection/testing/scenario.ts';
import { openStore } from '../store/open-store.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { localNotices, opens, openTestLife, type TestLife } from './testing/test-life.ts';

const rule = (name: string, path: string, more = '') =>
  `- rule: ${name}\n  condition: evt.type = openat and fd.name startswith ${path}\n  output: read %fd.name\n  priority: Warning\n${more}`;
const BASE = rule('base', '/base');
const actor = { id: 'token-1' };
const upload = (text: string, partial = false) => ({ files: [{ name: 'mine.yaml', text }], partial });

onSqlite((database) => {
  const lives: TestLife[] = [];
  afterEach(async () => {
    for (const life of lives.splice(0)) await life.stop();
  });
  const open = async (rules = BASE) => {
    const store = await database.open();
    const life = await openTestLife(store, { rules });
    lives.push(life);
    const scenario = new Scenario();
    const found = (path: string) => life.feed(...opens(scenario, 7, path)).map((alert) => alert.rule);
    return { store, life, found, scenario, does: life.lifecycle };
  };

  describe('rule sets', () => {
    test('are checked whole, kept without effect, active from the next batch on, and gone back from', async () => {
      const { life, does, found, store } = await open();
      const set = await does.createSet(actor, upload(rule('mine', '/mine')));
      expect(set).toMatchObject({ name: 'mine.yaml', rules: 1, active: false, problems: [] });
      expect([found('/base/1'), found('/mine/1')]).toEqual([['base'], []]);
      const before = does.state();
      const { state } = await does.activateSet(actor, set.id);
      expect(state).toMatchObject({ set: set.id, rules: 2, revision: before.revision + 1, error: null });
      expect(state.wanted).toBe(state.revision);
      expect(state.digest).not.toBe(before.digest);
      expect(state.plan).not.toBe(before.plan);
      expect([found('/base/2'), found('/mine/2')]).toEqual([['base'], ['mine']]);
      expect((await does.set(set.id)).active).toBe(true);
      const back = await does.rollback(actor);
      expect(back.state).toMatchObject({ set: null, digest: before.digest, plan: before.plan });
      expect(found('/mine/3')).toEqual([]);
      expect(life.active.failures().size).toBe(0);
      const actions = (await store.audit.list(10)).items.map(({ action, target }) => [action, target]);
      expect(actions).toEqual([
        ['rules.rollback', null],
        ['rules.activate', set.id],
        ['rules.set.create', set.id],
      ]);
    });

    test('that say nothing are refused; rules that can not be loaded are not counted', async () => {
      const { does } = await open();
      for (const text of ['', '# later\n---\n\n', '[]'])
        await expect(does.createSet(actor, upload(text))).rejects.toMatchObject({ code: 'RULES_REFUSED' });
      const bad = '- rule: bad\n  condition: proc.nosuch = 1\n  output: x\n  priority: Warning\n';
      expect(await does.createSet(actor, upload(`${rule('mine', '/mine')}${bad}`, true))).toMatchObject({ rules: 1 });
    });

    test('that are broken are refused with every place, and what ran goes on', async () => {
      const { does, found, store } = await open();
      const text = `${rule('mine', '/mine')}- rule: bad\n  condition: evt.type = openat and proc.nosuch = 1\n  priority: Warning\n- rule: worse\n  condition: evt.type = = openat\n  priority: Warning\n`;
      const refused = await does.createSet(actor, upload(text)).catch((error: unknown) => error);
      expect(refused).toMatchObject({ code: 'RULES_REFUSED' });
      const { details } = refused as { details: { path: string; message: string }[] };
      expect(details.map(({ path }) => path)).toEqual([
        expect.stringMatching(/^mine\.yaml:6:\d+$/),
        expect.stringMatching(/^mine\.yaml:9:\d+$/),
      ]);
      expect(details[0]?.message).toContain('proc.nosuch');
      expect((await does.sets(10, undefined)).items).toEqual([]);
      expect((await store.audit.list(10)).items).toEqual([]);
      expect(found('/base/1')).toEqual(['base']);
      const partial = await does.createSet(actor, upload(text, true));
      expect(partial.problems.filter(({ severity }) => severity === 'error')).toHaveLength(2);
      await does.activateSet(actor, partial.id);
      expect(found('/mine/1')).toEqual(['mine']);
    });

    test('that break a rule of the server are refused too', async () => {
      const { does } = await open(
        `- list: places\n  items: [/base]\n${rule('base', '/base', '')}- rule: listed\n  condition: evt.type = openat and fd.name in (places)\n  priority: Warning\n`,
      );
      await does.createSet(actor, upload('- list: places\n  items: [/other]\n'));
      const circle = '- list: places\n  items: [places]\n';
      await expect(does.createSet(actor, upload(circle))).rejects.toMatchObject({
        code: 'RULES_REFUSED',
        message: expect.stringContaining('listed'),
      });
    });

    test('the same files are the same set, and rollback walks back through all that were active', async () => {
      const { does, found } = await open();
      const first = await does.createSet(actor, upload(rule('one', '/one')));
      const second = await does.createSet(actor, upload(rule('two', '/two')));
      expect((await does.createSet(actor, upload(rule('one', '/one')))).id).toBe(first.id);
      await expect(does.rollback(actor)).rejects.toMatchObject({ code: 'RULES_CONFLICT' });
      await does.activateSet(actor, first.id);
      await does.activateSet(actor, second.id);
      await does.activateSet(actor, second.id);
      await expect(does.deleteSet(actor, second.id)).rejects.toMatchObject({ code: 'RULES_CONFLICT' });
      expect((await does.rollback(actor)).state.set).toBe(first.id);
      expect(found('/one/1')).toEqual(['one']);
      expect((await does.rollback(actor)).state.set).toBeNull();
      await expect(does.rollback(actor)).rejects.toMatchObject({ code: 'RULES_CONFLICT' });
      await does.deleteSet(actor, first.id);
      await expect(does.deleteSet(actor, first.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(does.activateSet(actor, first.id)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('are found again by a process that starts anew', async () => {
      const { does, store } = await open();
      const { id } = await does.createSet(actor, upload(rule('mine', '/mine')));
      const { state } = await does.activateSet(actor, id);
      const again = await openTestLife(store, { rules: BASE });
      lives.push(again);
      expect(again.lifecycle.state()).toMatchObject({ set: id, digest: state.digest, revision: state.revision });
      expect(again.feed(...opens(new Scenario(), 7, '/mine/1'))).toHaveLength(1);
    });
  });

  test('rule files of the server are read again as a whole, or not at all', async () => {
    const { life, does, found } = await open();
    life.files = [{ name: '/rules/base.yaml', text: rule('renamed', '/base') }];
    expect(found('/base/1')).toEqual(['base']);
    await does.reload(actor, false);
    expect(found('/base/2')).toEqual(['renamed']);
    life.files = [{ name: '/rules/base.yaml', text: '- rule: [' }];
    await expect(does.reload(actor, false)).rejects.toMatchObject({ code: 'RULES_REFUSED' });
    expect(found('/base/3')).toEqual(['renamed']);
    await does.reload(actor, true);
    expect(found('/base/4')).toEqual([]);
  });

  test('overrides change single rules, outlive sets, and wait for rules that are gone', async () => {
    const { does, found } = await open(BASE + rule('other', '/base'));
    await does.setOverride(actor, 'other', { enabled: false, reason: 'noise' });
    expect(found('/base/1')).toEqual(['base']);
    const { id } = await does.createSet(actor, upload(rule('mine', '/mine')));
    await does.activateSet(actor, id);
    await does.setOverride(actor, 'mine', { priority: 'Critical' });
    expect(found('/base/2')).toEqual(['base']);
    const { problems, state } = await does.rollback(actor);
    expect(state.errors).toBe(1);
    expect(problems).toMatchObject([{ file: '<overrides>', severity: 'error' }]);
    expect(await does.overrides()).toMatchObject([
      { rule: 'mine', priority: 'Critical', enabled: null, applies: false },
      { rule: 'other', priority: null, enabled: false, reason: 'noise', applies: true },
    ]);
    await does.deleteOverride(actor, 'mine');
    await does.deleteOverride(actor, 'other');
    expect(found('/base/3')).toEqual(['base', 'other']);
    await expect(does.deleteOverride(actor, 'other')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await expect(does.setOverride(actor, 'nobody', { enabled: true })).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('other replicas of the store follow a notice, and one that missed it looks by itself', async () => {
    const store = await database.open();
    const notices = localNotices();
    const one = await openTestLife(store, { rules: BASE, notices });
    const two = await openTestLife(store, { rules: BASE, notices, replica: 'replica-2' });
    const deaf = await openTestLife(store, { rules: BASE, replica: 'replica-3' });
    lives.push(one, two, deaf);
    const { id } = await one.lifecycle.createSet(actor, upload(rule('mine', '/mine')));
    const { state } = await one.lifecycle.activateSet(actor, id);
    await two.active.refresh();
    expect(two.lifecycle.state()).toMatchObject({ replica: 'replica-2', digest: state.digest, set: id });
    expect(deaf.lifecycle.state().set).toBeNull();
    await expect.poll(() => deaf.lifecycle.state().digest, { timeout: 15_000 }).toBe(state.digest);
  });

  test('a store that does not answer leaves everything as it is, and the state says why until it does', async () => {
    const options = await database.create();
    const store = await openStore(options);
    const away = await openStore(options);
    const life = await openTestLife(away, { rules: BASE });
    const before = life.active.state();
    expect(before.error).toBeNull();
    await away.close();
    await life.active.refresh();
    expect(life.active.state()).toEqual({ ...before, error: { code: 'INTERNAL', message: expect.any(String) } });
    expect(life.feed(...opens(new Scenario(), 7, '/base/1'))).toHaveLength(1);
    await life.active.refresh();
    expect(life.logged.filter((line) => line.includes('can not be taken over'))).toHaveLength(1);
    await life.stop();
    await store.close();
  });

  test('changes of two replicas at once are all made', async () => {
    const store = await database.open();
    const rules = ['a', 'b', 'c', 'd'].map((name) => rule(name, '/base')).join('');
    const both = [await openTestLife(store, { rules }), await openTestLife(store, { rules, replica: 'replica-2' })];
    lives.push(...both);
    await Promise.all(
      ['a', 'b', 'c', 'd'].map((name, i) => both[i % 2]?.lifecycle.setOverride(actor, name, { enabled: false })),
    );
    for (const { active } of both) await active.refresh();
    expect(both.map(({ active }) => active.state().enabled)).toEqual([0, 0]);
    expect(new Set(both.map(({ active }) => active.state().digest)).size).toBe(1);
    expect((await store.ruleRevision.read()).revision).toBe(4);
  });
});
