import { describe, expect, test } from 'vitest';
import type { Store } from '../store.ts';
import { onBothDatabases } from '../testing/databases.ts';
import type { DecisionRecord } from './behaviour-decision-store.ts';
import type { MaterialRecord } from './behaviour-material-store.ts';
import type { WorkloadRecord } from './behaviour-store.ts';
import { type BehaviourVersionHead, KEPT_VERSIONS } from './behaviour-version-store.ts';

const workload = (n: number, overrides: Partial<WorkloadRecord> = {}): WorkloadRecord => ({
  ...{ id: n.toString(16).padStart(16, '0'), key: `shop/web-${n}/web/nginx`, digest: 'sha256:ab', image: 'nginx' },
  ...{ namespace: 'shop', stage: 'learning', active: null, earlier: [], anchor: null, waiting: null },
  ...{ pinned: false, paused: false, target: null, epoch: 0, trainedWindows: 0, failure: null },
  ...{ created: 1000, changed: 1000, used: 1000 + n },
  ...overrides,
});
const [ONE, TWO] = [workload(1), workload(2)];

const version = (n: number, of = ONE.id): Omit<BehaviourVersionHead, 'sequence'> => ({
  ...{ id: n.toString(16).padStart(64, '0'), workload: of, origin: 'trained', created: 1000 + n, createdBy: 'system' },
  ...{ seed: 2 ** 32 - 1, windows: 400, runs: 3, tokens: 12, classes: { x: 12 }, modelBytes: 3, profileBytes: 2 },
  ...{ threshold: { drift: 3.9, weak: 3.1, strong: 5 }, heldOut: { perDay: 0.5, low: 0.1, high: 2 } },
  ...{ anchorDrift: 'a \u0000 "word"', report: { folds: 5, parts: ['a'] }, material: 5000 },
});
const blobs = { model: new Uint8Array([0, 255, 1]), profile: new Uint8Array([9, 0]) };

const decision = (token: string, overrides: Partial<DecisionRecord> = {}): DecisionRecord => ({
  ...{
    workload: ONE.id,
    token,
    pattern: false,
    what: 'allow',
    state: 'accepted',
    reason: 'ours',
    actor: 't1',
    time: 7,
  },
  ...overrides,
});

const material = (partition: number, overrides: Partial<MaterialRecord> = {}): MaterialRecord => ({
  ...{ workload: ONE.id, partition, epoch: 0, bytes: new Uint8Array([1, 0, partition]) },
  ...{ windows: 100 * partition, runs: partition, completeRuns: 1, first: 10 * partition, time: 1000 * partition },
  refused: { incident: partition, loss: 2 },
  ...overrides,
});

async function withWorkloads(store: Store, ...workloads: WorkloadRecord[]): Promise<Store> {
  for (const one of workloads) await store.behaviour.insert(one);
  return store;
}

onBothDatabases((database) => {
  describe('workloads', () => {
    test('are inserted once, changed, and come back as they were written', async () => {
      const { behaviour } = await withWorkloads(await database.open(), ONE);
      expect(await behaviour.insert({ ...ONE, stage: 'monitor' })).toBe(false);
      expect(await behaviour.get(ONE.id)).toEqual(ONE);
      const changed: WorkloadRecord = {
        ...ONE,
        ...{ stage: 'enforce', active: version(2).id, earlier: [version(1).id], anchor: version(1).id },
        ...{
          waiting: { version: version(3).id, why: 'it is\u0000 far off' },
          pinned: true,
          paused: true,
          target: 0.25,
        },
        ...{ epoch: 3, trainedWindows: 512, failure: { time: 5, message: 'no memory' }, changed: 2000 },
      };
      expect(await behaviour.update(changed)).toBe(true);
      const why = 'it is\uFFFD far off';
      expect(await behaviour.get(ONE.id)).toEqual({ ...changed, waiting: { version: version(3).id, why } });
      expect([await behaviour.get('nothing'), await behaviour.update(TWO)]).toEqual([undefined, false]);
    });

    test('are listed by key in pages, for those who may see them, by stage and by text', async () => {
      const { behaviour } = await withWorkloads(
        await database.open(),
        workload(3, { key: 'b', digest: 'x' }),
        workload(2, { key: 'b', digest: 'W', stage: 'monitor' }),
        workload(1, { key: 'a', namespace: null }),
        workload(4, { key: 'c_', namespace: 'other', image: 'ghcr.io/Team/App' }),
      );
      const keys = async (query: Partial<Parameters<typeof behaviour.list>[0]>) =>
        (await behaviour.list({ scope: null, limit: 10, ...query })).map(({ key, digest }) => `${key}:${digest}`);
      expect(await keys({})).toEqual(['a:sha256:ab', 'b:W', 'b:x', 'c_:sha256:ab']);
      expect(await keys({ limit: 1 })).toEqual(['a:sha256:ab', 'b:W']);
      expect(await keys({ after: { key: 'b', digest: 'W' } })).toEqual(['b:x', 'c_:sha256:ab']);
      expect(await keys({ scope: ['other'] })).toEqual(['c_:sha256:ab']);
      expect(await keys({ scope: ['none'] })).toEqual([]);
      expect(await keys({ stage: 'monitor' })).toEqual(['b:W']);
      expect(await keys({ q: 'TEAM/a' })).toEqual(['c_:sha256:ab']);
      expect(await keys({ q: '_' })).toEqual(['c_:sha256:ab']);
      expect(await keys({ q: '%' })).toEqual([]);
    });

    test('that were not used the longest go when there are too many, with all of theirs, and are counted', async () => {
      const store = await withWorkloads(await database.open(), ONE, TWO, workload(3));
      await store.transaction(async (trx) => await trx.behaviourVersions.insert(version(1, TWO.id), blobs));
      await store.behaviourMaterial.put(material(1, { workload: TWO.id }));
      await store.behaviourDecisions.put(decision('x:a', { workload: TWO.id }));
      await store.behaviour.touch([ONE.id], 9000);
      expect(await store.behaviour.removeUnused(3)).toEqual([]);
      const removed = await store.transaction(async (trx) => await trx.behaviour.removeUnused(2));
      expect(removed).toEqual([{ id: TWO.id, key: TWO.key, digest: TWO.digest }]);
      expect((await store.behaviour.all()).map(({ id }) => id)).toEqual([ONE.id, workload(3).id]);
      expect([await store.behaviour.removed(), await store.behaviour.count()]).toEqual([1, 2]);
      expect(await store.behaviourVersions.blobs(version(1).id)).toBeUndefined();
      expect(await store.behaviourMaterial.of(TWO.id)).toEqual([]);
      expect(await store.behaviourDecisions.of(TWO.id)).toEqual([]);
    });
  });

  test('those that have a model stay longer than those that have none, unless nobody saw them for a month', async () => {
    const now = 40 * 86_400_000;
    const used = (n: number, days: number, active: string | null = null) =>
      workload(n, { used: now - days * 86_400_000, active });
    const all = [used(1, 20, version(1).id), used(2, 35, version(2).id), used(3, 2), used(4, 1), used(5, 0)];
    const { behaviour } = await withWorkloads(await database.open(), ...all);
    const gone = async (most: number) =>
      (await behaviour.removeUnused(most, { now, keep: workload(5).id })).map(({ id }) => Number(id));
    expect([await gone(4), await gone(3), await gone(2), await gone(1)]).toEqual([[2], [3], [4], [1]]);
    expect((await behaviour.all()).map(({ id }) => Number(id))).toEqual([5]);
  });

  test('versions come back as they were written, once each, and the oldest go when nothing needs them', async () => {
    const store = await withWorkloads(await database.open(), ONE, TWO);
    const insert = (n: number) => store.transaction((trx) => trx.behaviourVersions.insert(version(n), blobs));
    expect([await insert(1), await insert(1)]).toEqual([true, false]);
    expect(await store.behaviourVersions.get(version(1).id)).toEqual({
      ...version(1),
      ...{ sequence: 1, anchorDrift: 'a \uFFFD "word"' },
    });
    const read = await store.behaviourVersions.blobs(version(1).id);
    expect([read, read?.model.constructor]).toEqual([blobs, Uint8Array]);
    for (let n = 2; n <= KEPT_VERSIONS + 3; n++) await insert(n);
    expect(await store.behaviourVersions.forgetOld(ONE.id, [version(2).id])).toEqual([version(3).id, version(1).id]);
    expect(await store.behaviourVersions.blobs(version(3).id)).toBeUndefined();
    expect((await store.behaviourVersions.of(ONE.id)).map(({ sequence }) => sequence).slice(-2)).toEqual([4, 2]);
    expect(await store.behaviourVersions.counts([ONE.id, TWO.id])).toEqual(new Map([[ONE.id, KEPT_VERSIONS + 1]]));
    expect([...(await store.behaviourVersions.some([version(2).id, version(3).id])).keys()]).toEqual([version(2).id]);
    const first = await store.behaviourVersions.list(ONE.id, 10);
    const second = await store.behaviourVersions.list(ONE.id, 10, first.next ?? '');
    expect([first.items.length, second.items.map(({ id }) => id), second.next]).toEqual([10, [version(2).id], null]);
    await expect(store.behaviourVersions.list(ONE.id, 10, 'made up')).rejects.toMatchObject({
      code: 'REQUEST_INVALID',
    });
  });

  test('decisions: the newest word about a token holds, and accepting ends proposals', async () => {
    const { behaviourDecisions: decisions } = await withWorkloads(await database.open(), ONE);
    await decisions.put(decision('x:/bin/sh', { state: 'proposed', actor: 'analyst' }));
    await decisions.put(decision('x:/bin/sh', { what: 'remove', time: 8 }));
    await decisions.put(decision('x:*', { pattern: true }));
    await decisions.put(decision('x:*', { state: 'proposed', what: 'remove' }));
    const kept = await decisions.of(ONE.id);
    expect(kept.map(({ token, pattern, state, what }) => [token, pattern, state, what])).toEqual([
      ['x:*', false, 'proposed', 'remove'],
      ['x:*', true, 'accepted', 'allow'],
      ['x:/bin/sh', false, 'accepted', 'remove'],
    ]);
    expect(await decisions.accepted()).toEqual(kept.slice(1));
    expect([await decisions.delete(ONE.id, 'x:*'), await decisions.delete(ONE.id, 'x:*')]).toEqual([2, 0]);
  });

  test('material is kept for each partition, the newest of it, and is added up', async () => {
    const { behaviourMaterial } = await withWorkloads(await database.open(), ONE, TWO);
    await behaviourMaterial.put(material(2));
    await behaviourMaterial.put(material(1));
    await behaviourMaterial.put(material(1, { windows: 150, bytes: new Uint8Array([7]) }));
    expect(await behaviourMaterial.of(ONE.id)).toEqual([
      material(1, { windows: 150, bytes: new Uint8Array([7]) }),
      material(2),
    ]);
    const totals = { windows: 350, runs: 3, completeRuns: 2, first: 10, time: 2000, refused: { incident: 3, loss: 4 } };
    expect(await behaviourMaterial.totals()).toEqual(new Map([[ONE.id, totals]]));
    expect(await behaviourMaterial.totals([TWO.id])).toEqual(new Map());
    await behaviourMaterial.clear(ONE.id);
    expect(await behaviourMaterial.of(ONE.id)).toEqual([]);
  });

  test('a lease is of one holder, and a holder that lost it is told so', async () => {
    const { behaviourLeases: leases } = await database.open();
    expect(await leases.take('train', 'a', 1000, 500)).toBe(1);
    expect(await leases.take('train', 'b', 1400, 500)).toBeUndefined();
    expect(await leases.take('train', 'a', 1400, 500)).toBe(1);
    expect(await leases.take('train', 'b', 1900, 500)).toBe(2);
    expect([await leases.holds('train', 'a', 1), await leases.holds('train', 'b', 2)]).toEqual([false, true]);
    await leases.release('train', 'a');
    expect(await leases.take('train', 'a', 2000, 500)).toBeUndefined();
    await leases.release('train', 'b');
    expect(await leases.take('train', 'a', 2000, 500)).toBe(3);
  });

  test('of writers that race for a lease one gets it', async () => {
    const options = await database.create();
    const { openStore } = await import('../open-store.ts');
    const stores = await Promise.all(Array.from({ length: database.writers }, () => openStore(options)));
    const taken = await Promise.all(
      Array.from({ length: 8 }, (_, i) => stores[i % stores.length]?.behaviourLeases.take('train', `r${i}`, 1000, 500)),
    );
    expect(taken.filter((fence) => fence !== undefined)).toEqual([1]);
    for (const store of stores) await store.close();
  });
});
