import { describe, expect, test } from 'vitest';
import { onBothDatabases } from '../testing/databases.ts';
import type { RuleException } from './rule-exception-store.ts';
import type { RuleSetRecord } from './rule-set-store.ts';

const set = (n: number, overrides: Partial<RuleSetRecord> = {}): RuleSetRecord => ({
  id: n.toString(16).padStart(64, '0'),
  name: `set ${n}`,
  files: [{ name: 'a.yaml', text: `- rule: r${n}\u0000"'\n` }],
  partial: false,
  rules: 1,
  created: 1000 + n,
  createdBy: 'token-1',
  ...overrides,
});

const exception = (n: number, overrides: Partial<RuleException> = {}): RuleException => ({
  id: `00000000-0000-4000-8000-${n.toString(16).padStart(12, '0')}`,
  rule: 'r',
  spec: { fields: ['fd.name'], comps: ['='], values: ['/tmp/"x"\u0000'] },
  alert: null,
  state: 'proposed',
  owner: null,
  reason: null,
  expires: null,
  proposed: 1000 + n,
  proposedBy: 'token-1',
  accepted: null,
  acceptedBy: null,
  ended: null,
  endedBy: null,
  silenced: 0,
  ...overrides,
});

onBothDatabases((database) => {
  describe('rule sets', () => {
    test('come back as they were written, and a second write of one changes nothing', async () => {
      const { ruleSets } = await database.open();
      expect(await ruleSets.insert(set(1))).toBe(true);
      expect(await ruleSets.insert(set(1, { name: 'other' }))).toBe(false);
      expect(await ruleSets.get(set(1).id)).toEqual(set(1));
      expect(await ruleSets.get('nothing')).toBeUndefined();
      expect(await ruleSets.count()).toBe(1);
      expect([await ruleSets.delete(set(1).id), await ruleSets.delete(set(1).id)]).toEqual([true, false]);
    });

    test('are listed page by page, the newest first', async () => {
      const { ruleSets } = await database.open();
      for (const n of [1, 2, 3]) await ruleSets.insert(set(n));
      const first = await ruleSets.list(2);
      const second = await ruleSets.list(2, first.next ?? '');
      expect([...first.items, ...second.items].map(({ name }) => name)).toEqual(['set 3', 'set 2', 'set 1']);
      expect(second.next).toBeNull();
      await expect(ruleSets.list(2, 'made up')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    });

    test('the activation with the highest revision holds', async () => {
      const { ruleSets } = await database.open();
      expect(await ruleSets.active()).toBeUndefined();
      const activation = { revision: 2, setId: set(1).id, parent: null, time: 5, actor: 'token-1' };
      await ruleSets.activate(activation);
      await ruleSets.activate({ ...activation, revision: 1, setId: null });
      expect(await ruleSets.active()).toEqual(activation);
      expect((await ruleSets.activation(1))?.setId).toBeNull();
      expect(await ruleSets.activation(3)).toBeUndefined();
    });
  });

  test('revisions count changes without gaps, also those of writers that race', async () => {
    const options = await database.create();
    const { openStore } = await import('../open-store.ts');
    const stores = await Promise.all(Array.from({ length: database.writers }, () => openStore(options)));
    const taken = await Promise.all(
      Array.from({ length: 20 }, (_, i) =>
        stores[i % stores.length]?.transaction(async (store) => await store.ruleRevision.next()),
      ),
    );
    expect(taken.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 20 }, (_, i) => i + 1));
    await stores[0]?.transaction(async (store) => {
      await store.ruleRevision.lock();
      await store.ruleRevision.nextFiles();
    });
    expect(await stores[0]?.ruleRevision.read()).toEqual({ revision: 20, files: 1 });
    for (const store of stores) await store.close();
  });

  test('an override is set anew as a whole, and deleted once', async () => {
    const { ruleOverrides } = await database.open();
    const override = { rule: 'Ein "Name"', enabled: false, priority: null, reason: 'noise', time: 1, actor: 't' };
    await ruleOverrides.put(override);
    expect(await ruleOverrides.list()).toEqual([override]);
    const other = { ...override, enabled: null, priority: 'Notice' as const, reason: null };
    await ruleOverrides.put(other);
    expect(await ruleOverrides.list()).toEqual([other]);
    expect([await ruleOverrides.delete(other.rule), await ruleOverrides.delete(other.rule)]).toEqual([true, false]);
  });

  describe('exceptions', () => {
    const acceptance = { owner: 'team a', reason: 'backup', expires: 9000, accepted: 2000, acceptedBy: 'token-2' };

    test('are accepted once and ended once', async () => {
      const { ruleExceptions } = await database.open();
      const one = exception(1);
      await ruleExceptions.insert(one);
      expect(await ruleExceptions.active()).toEqual([]);
      expect(await ruleExceptions.accept({ id: one.id, ...acceptance })).toBe(true);
      expect(await ruleExceptions.accept({ id: one.id, ...acceptance })).toBe(false);
      expect(await ruleExceptions.active()).toEqual([{ ...one, ...acceptance, state: 'active' }]);
      await ruleExceptions.addSilenced(one.id, 3);
      await ruleExceptions.addSilenced(one.id, 4);
      expect(await ruleExceptions.end(one.id, 'expired', 9001, 'system')).toBe(true);
      expect(await ruleExceptions.end(one.id, 'ended', 9002, 'token-2')).toBe(false);
      expect(await ruleExceptions.active()).toEqual([]);
      expect(await ruleExceptions.get(one.id)).toMatchObject({
        state: 'expired',
        ended: 9001,
        endedBy: 'system',
        silenced: 7,
      });
      expect(await ruleExceptions.get('nothing')).toBeUndefined();
    });

    test('are listed by state, the newest first', async () => {
      const { ruleExceptions } = await database.open();
      for (const n of [1, 2, 3]) await ruleExceptions.insert(exception(n, { state: n === 2 ? 'ended' : 'proposed' }));
      const first = await ruleExceptions.list(1, undefined, 'proposed');
      const second = await ruleExceptions.list(5, first.next ?? '', 'proposed');
      expect([...first.items, ...second.items]).toEqual([exception(3), exception(1)]);
      expect((await ruleExceptions.list(5)).items).toHaveLength(3);
      expect(await ruleExceptions.count('proposed')).toBe(2);
    });
  });
});
