import type { DetectorManifest } from '@picket/sdk/client';
import { describe, expect, test } from 'vitest';
import type { Store } from '../store.ts';
import { sampleAlert } from '../testing/alerts.ts';
import { onBothDatabases } from '../testing/databases.ts';
import { MOST_CHARACTERS, MOST_FINDINGS } from './detector-finding-store.ts';
import type { StageChange } from './detector-stage-store.ts';
import type { DetectorRecord } from './detector-store.ts';
import type { DetectorVersionHead } from './detector-version-store.ts';

const detector = (name: string, overrides: Partial<DetectorRecord> = {}): DetectorRecord => ({
  ...{ name, owner: 'token-1', scope: ['shop'], paused: false, created: 1000, createdBy: 'token-1' },
  ...overrides,
});

const manifest = { id: 'mine', summary: 'a "quoted" \u0000 text' } as unknown as DetectorManifest;
const head = (n: number, name = 'mine'): Omit<DetectorVersionHead, 'sequence'> => ({
  id: n.toString(16).padStart(64, '0'),
  ...{ name, version: `1.0.${n}`, manifestText: `id: ${name}\n`, manifest, config: { limit: n, names: ['a'] } },
  ...{ encoding: 'utf16', imports: ['emit'], exports: ['init', 'memory'], memory: { min: 2, max: 16 } },
  ...{ moduleHash: 'ab'.repeat(32), moduleBytes: 4, upload: 'core', uploadBytes: 3 },
  ...{ signature: null, signedBy: null, created: 1000 + n, createdBy: 'token-1' },
});
const files = { module: new Uint8Array([0, 255, 1, 0]), upload: new Uint8Array([9, 0, 200]) };

const change = (revision: number, overrides: Partial<StageChange> = {}): StageChange => ({
  ...{ revision, name: 'mine', shadow: null, canary: null, active: null, parent: null, time: revision, actor: 't' },
  ...overrides,
});

async function withVersions(store: Store, ...numbers: number[]): Promise<Store> {
  await store.detectors.insert(detector('mine'));
  for (const n of numbers) await store.transaction(async (trx) => await trx.detectorVersions.insert(head(n), files));
  return store;
}

onBothDatabases((database) => {
  test('a detector is inserted once, changed, and deleted with everything of it', async () => {
    const store = await withVersions(await database.open(), 1);
    const { detectors } = store;
    expect(await detectors.insert(detector('mine', { owner: 'other' }))).toBe(false);
    expect(await detectors.get('mine')).toEqual(detector('mine'));
    expect(await detectors.setPaused('mine', true)).toBe(true);
    expect(await detectors.setOwner('mine', 'token-2', null)).toBe(true);
    const changed = detector('mine', { paused: true, owner: 'token-2', scope: null });
    await detectors.insert(detector('aaa'));
    expect(await detectors.list()).toEqual([detector('aaa'), changed]);
    await store.detectorStages.insert(change(1, { active: head(1).id }));
    await store.detectorFindings.write([{ versionId: head(1).id, name: 'mine', alert: sampleAlert(1) }]);
    expect([await detectors.delete('mine'), await detectors.delete('mine')]).toEqual([true, false]);
    expect(await store.detectorVersions.get(head(1).id)).toBeUndefined();
    expect(await store.detectorVersions.files(head(1).id)).toBeUndefined();
    expect(await store.detectorStages.current('mine')).toBeUndefined();
    expect((await store.detectorFindings.list('mine', undefined, 10)).items).toEqual([]);
    expect([await detectors.setPaused('mine', true), await detectors.setOwner('mine', 'x', null)]).toEqual([
      false,
      false,
    ]);
  });

  test('grants are of a name, there or not', async () => {
    const { detectors } = await database.open();
    const grant = { name: 'later', capabilities: ['state'], time: 5, actor: 'token-1' };
    await detectors.putGrant(grant);
    await detectors.putGrant({ ...grant, capabilities: ['context'] });
    expect(await detectors.grant('later')).toEqual({ ...grant, capabilities: ['context'] });
    expect(await detectors.grants()).toHaveLength(1);
    await detectors.deleteGrant('later');
    expect(await detectors.grant('later')).toBeUndefined();
  });

  describe('versions', () => {
    test('come back as they were written, bytes too, and lists do not read the files', async () => {
      const { detectorVersions } = await withVersions(await database.open(), 1, 2, 3);
      expect(await detectorVersions.get(head(2).id)).toEqual({ ...head(2), sequence: 2 });
      const read = await detectorVersions.files(head(2).id);
      expect(read).toEqual(files);
      expect(read?.module.constructor).toBe(Uint8Array);
      expect(await detectorVersions.module(head(2).id)).toEqual(files.module);
      expect(await detectorVersions.module('nothing')).toBeUndefined();
      expect((await detectorVersions.of('mine')).map(({ version }) => version)).toEqual(['1.0.3', '1.0.2', '1.0.1']);
      expect(await detectorVersions.newest('mine')).toEqual({ ...head(3), sequence: 3 });
      expect([await detectorVersions.count('mine'), await detectorVersions.count('other')]).toEqual([3, 0]);
      expect(await detectorVersions.newest('other')).toBeUndefined();
      const first = await detectorVersions.list('mine', 2);
      const second = await detectorVersions.list('mine', 2, first.next ?? '');
      expect([first.items.length, second.items.length, second.next]).toEqual([2, 1, null]);
      await expect(detectorVersions.list('mine', 2, 'made up')).rejects.toMatchObject({ code: 'REQUEST_INVALID' });
    });

    test('of one id are there once, and what an owner holds is counted', async () => {
      const store = await withVersions(await database.open(), 1, 2);
      await expect(
        store.transaction(async (trx) => await trx.detectorVersions.insert(head(1), files)),
      ).rejects.toThrow();
      await store.detectors.insert(detector('other', { owner: 'token-2' }));
      await store.transaction(async (trx) => await trx.detectorVersions.insert(head(9, 'other'), files));
      expect(await store.detectorVersions.sizesOf('token-1')).toEqual({ versions: 2, bytes: 14 });
      expect(await store.detectorVersions.sizesOf('nobody')).toEqual({ versions: 0, bytes: 0 });
      await store.detectorVersions.setConfig(head(1).id, { limit: 77 });
      expect((await store.detectorVersions.get(head(1).id))?.config).toEqual({ limit: 77 });
      expect(await store.detectorVersions.delete(head(1).id)).toBe(true);
      expect(await store.detectorVersions.delete(head(1).id)).toBe(false);
      expect(await store.detectorVersions.files(head(1).id)).toBeUndefined();
    });

    test('of eight MiB go in and come out', async () => {
      const store = await database.open();
      await store.detectors.insert(detector('mine'));
      const module = new Uint8Array(8 << 20).map((_, at) => (at * 31) & 0xff);
      await store.transaction(async (trx) => await trx.detectorVersions.insert(head(1), { module, upload: module }));
      const read = await store.detectorVersions.files(head(1).id);
      expect(Buffer.compare(read?.module ?? new Uint8Array(), module)).toBe(0);
    });
  });

  describe('stages', () => {
    test('the newest change of each detector holds, and those before are told', async () => {
      const store = await database.open();
      const { detectorStages } = store;
      for (const name of ['mine', 'other']) await store.detectors.insert(detector(name));
      const [one, two] = [head(1).id, head(2).id];
      const selector = { namespaces: ['shop'], percent: 10 };
      await detectorStages.insert(change(1, { shadow: one }));
      await detectorStages.insert(change(2, { canary: { id: one, selector }, parent: 1 }));
      await detectorStages.insert(change(3, { name: 'other', active: two }));
      await detectorStages.insert(change(4, { active: one, shadow: two, parent: 2 }));
      expect(await detectorStages.current('mine')).toEqual(change(4, { active: one, shadow: two, parent: 2 }));
      expect((await detectorStages.at('mine', 2))?.canary).toEqual({ id: one, selector });
      expect(await detectorStages.at('other', 2)).toBeUndefined();
      expect((await detectorStages.all()).map(({ revision }) => revision)).toEqual([4, 3]);
      expect(await detectorStages.everTold('mine')).toEqual(new Set([one]));
    });

    test('are not remembered without end', async () => {
      const store = await database.open();
      await store.detectors.insert(detector('mine'));
      await store.transaction(async (trx) => {
        for (let revision = 1; revision <= 510; revision++)
          await trx.detectorStages.insert(change(revision, { active: head(revision % 2).id }));
      });
      expect(await store.detectorStages.at('mine', 10)).toBeUndefined();
      expect(await store.detectorStages.at('mine', 11)).toBeDefined();
    });

    test('are remembered however often the shadow changes', async () => {
      const store = await database.open();
      const { detectorStages } = store;
      await store.detectors.insert(detector('mine'));
      const [one, two] = [head(1).id, head(2).id];
      await detectorStages.insert(change(1, { active: one }));
      await detectorStages.insert(change(2, { active: two, parent: 1 }));
      await store.transaction(async (trx) => {
        for (let revision = 3; revision <= 510; revision++)
          await trx.detectorStages.insert(change(revision, { active: two, shadow: head(revision).id, parent: 1 }));
      });
      expect(await detectorStages.current('mine')).toMatchObject({ revision: 510, shadow: head(510).id, active: two });
      expect((await detectorStages.at('mine', 1))?.active).toBe(one);
      expect(await detectorStages.at('mine', 509)).toBeUndefined();
      expect(await detectorStages.everTold('mine')).toEqual(new Set([one, two]));
    });
  });

  describe('findings', () => {
    const finding = (n: number, overrides: { revision?: number; versionId?: string } = {}) => ({
      versionId: overrides.versionId ?? head(1).id,
      name: 'mine',
      alert: sampleAlert(n, { revision: overrides.revision ?? 1 }),
    });
    const numbers = async (store: Store, version?: string) =>
      (await store.detectorFindings.list('mine', version, 200)).items.map(({ alert }) => alert.output_fields.n);

    test('are listed page by page, the newest first; a newer revision takes the place of an older one', async () => {
      const store = await withVersions(await database.open(), 1, 2);
      await store.detectorFindings.write([finding(1), finding(2), finding(3, { versionId: head(2).id })]);
      await store.detectorFindings.write([finding(1, { revision: 3 })]);
      await store.detectorFindings.write([finding(1, { revision: 2 }), { ...finding(7), name: 'deleted' }]);
      expect(await numbers(store)).toEqual([1, 3, 2]);
      expect(await numbers(store, head(1).id)).toEqual([1, 2]);
      const first = await store.detectorFindings.list('mine', undefined, 1);
      expect(first.items[0]).toEqual(finding(1, { revision: 3 }));
      const second = await store.detectorFindings.list('mine', undefined, 5, first.next ?? '');
      expect([second.items.length, second.next]).toEqual([2, null]);
      await store.detectorFindings.deleteOf(head(1).id);
      expect(await numbers(store)).toEqual([3]);
      await store.detectorFindings.deleteAll('mine');
      expect(await numbers(store)).toEqual([]);
    });

    test('that come after their version was deleted are passed over', async () => {
      const store = await withVersions(await database.open(), 1, 2);
      await store.detectorVersions.delete(head(1).id);
      await store.detectorFindings.write([finding(1), finding(2, { versionId: head(2).id })]);
      expect(await numbers(store)).toEqual([2]);
    });

    test('are bounded for each version', async () => {
      const store = await withVersions(await database.open(), 1, 2);
      await store.detectorFindings.write([finding(5000, { versionId: head(2).id })]);
      await store.detectorFindings.write(Array.from({ length: MOST_FINDINGS }, (_, n) => finding(n)));
      await store.detectorFindings.write([finding(2000), finding(2001)]);
      const read = await numbers(store, head(1).id);
      expect(read.slice(0, 3)).toEqual([2001, 2000, MOST_FINDINGS - 1]);
      let all = 0;
      for (let cursor: string | undefined | null; cursor !== null; ) {
        const page = await store.detectorFindings.list('mine', head(1).id, 200, cursor);
        all += page.items.length;
        cursor = page.next;
      }
      expect(all).toBe(MOST_FINDINGS);
      expect(await numbers(store, head(2).id)).toEqual([5000]);
    });

    test('are bounded by their length too', async () => {
      const store = await withVersions(await database.open(), 1);
      const output = 'x'.repeat(MOST_CHARACTERS / 4);
      for (const n of [1, 2, 3, 4, 5]) {
        const told = finding(n);
        await store.detectorFindings.write([{ ...told, alert: { ...told.alert, output } }]);
      }
      expect(await numbers(store, head(1).id)).toEqual([5, 4, 3]);
    });
  });

  test('revisions count changes without gaps, also those of writers that race', async () => {
    const options = await database.create();
    const { openStore } = await import('../open-store.ts');
    const stores = await Promise.all(Array.from({ length: database.writers }, () => openStore(options)));
    const taken = await Promise.all(
      Array.from({ length: 12 }, (_, i) =>
        stores[i % stores.length]?.transaction(async (store) => await store.detectors.nextRevision()),
      ),
    );
    expect(taken.map(Number).toSorted((a, b) => a - b)).toEqual(Array.from({ length: 12 }, (_, i) => i + 1));
    expect(await stores[0]?.detectors.revision()).toBe(12);
    for (const store of stores) await store.close();
  });
});
