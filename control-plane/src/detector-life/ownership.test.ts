import { afterEach, describe, expect, test } from 'vitest';
import { sampleAlert } from '../store/testing/alerts.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { AUTHOR, actorWith, detectorLives, manifestOf, uploadOf } from './testing/test-detector-life.ts';

const author = actorWith('author-1', AUTHOR);
const admin = actorWith('admin-1');
const version = (number: string) => uploadOf(manifestOf('mine', number));

onSqlite((database) => {
  const { open, closeAll } = detectorLives(() => database.open());
  afterEach(closeAll);

  describe('what belongs to somebody', () => {
    const other = actorWith('author-2', AUTHOR);
    const inShop = actorWith('author-3', AUTHOR, ['shop']);

    test('is changed by its owner and by operators alone', async () => {
      const { does, running } = await open();
      await does.upload(author, version('1.0.0'));
      const forbidden = { code: 'AUTH_FORBIDDEN' };
      await expect(does.upload(other, version('2.0.0'))).rejects.toMatchObject(forbidden);
      await expect(does.pause(other, 'mine')).rejects.toMatchObject(forbidden);
      await expect(does.delete(other, 'mine')).rejects.toMatchObject(forbidden);
      await expect(does.promote(other, 'mine', { version: '1.0.0', stage: 'shadow' })).rejects.toMatchObject(forbidden);
      await expect(does.promote(author, 'mine', { version: '1.0.0', stage: 'active' })).rejects.toMatchObject(
        forbidden,
      );
      await does.pause(author, 'mine');
      expect(running()).toEqual(['mine shadow 1.0.0 paused']);
      await does.resume(admin, 'mine');
      expect(running()).toEqual(['mine shadow 1.0.0']);
    });

    test('alerts by the word of an operator, and its owner can not change that but pause it', async () => {
      const { does } = await open();
      const { id } = await does.upload(author, version('1.0.0'));
      await does.promote(admin, 'mine', { version: id, stage: 'active' });
      const forbidden = { code: 'AUTH_FORBIDDEN' };
      await expect(does.promote(author, 'mine', { version: id, stage: 'shadow' })).rejects.toMatchObject(forbidden);
      await expect(does.configure(author, 'mine', { config: {} })).rejects.toMatchObject(forbidden);
      await expect(does.delete(author, 'mine')).rejects.toMatchObject({ code: 'DETECTOR_CONFLICT' });
      await expect(does.deleteVersion(admin, 'mine', id)).rejects.toMatchObject({ code: 'DETECTOR_CONFLICT' });
      expect((await does.pause(author, 'mine')).paused).toBe(true);
      await does.delete(admin, 'mine');
      await expect(does.get(admin, 'mine')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    });

    test('is not slipped under the number that an operator has looked at', async () => {
      const { does, running } = await open();
      const { id } = await does.upload(author, version('1.0.0'));
      await does.upload(author, uploadOf(manifestOf('mine', '1.0.0', 'tags: [other]\n')));
      await expect(does.promote(admin, 'mine', { version: '1.0.0', stage: 'active' })).rejects.toMatchObject({
        code: 'DETECTOR_CONFLICT',
        message: expect.stringContaining(id.slice(0, 12)),
      });
      await does.promote(author, 'mine', { version: '1.0.0', stage: 'shadow' });
      await does.promote(admin, 'mine', { version: id.slice(0, 12), stage: 'active' });
      expect(running()).toEqual(['mine shadow 1.0.0', 'mine active 1.0.0']);
    });

    test('takes nothing along that a narrower owner may not see', async () => {
      const { does, store, life } = await open();
      const { id } = await does.upload(author, version('1.0.0'));
      const token = { id: 'token-9', hash: 'h', name: 'n', role: 'author', namespaces: ['data'], created: 1 };
      await store.tokens.insert({ ...token, expires: null, lastUsed: null, revoked: null });
      const alert = sampleAlert(1);
      life.findings.record(id, { ...alert, detector: { ...alert.detector, id: 'mine' } });
      await life.findings.flush();
      expect((await does.findings(author, 'mine', undefined, 5, undefined)).items).toHaveLength(1);
      await does.setOwner(admin, 'mine', 'token-9');
      const narrower = actorWith('token-9', AUTHOR, ['data']);
      expect((await does.findings(narrower, 'mine', undefined, 5, undefined)).items).toEqual([]);
    });

    test('is not there for a token that sees other namespaces, but its name is taken', async () => {
      const { does, life } = await open();
      await does.upload(author, version('1.0.0'));
      await does.upload(inShop, uploadOf(manifestOf('shops')));
      const outside = actorWith('op-2', ['read', 'detectors.shadow', 'detectors.activate'], ['data']);
      const inside = actorWith('op-3', ['read', 'detectors.shadow', 'detectors.activate'], ['shop', 'web']);
      const names = async (actor: typeof outside) =>
        (await does.list(actor, 10, undefined)).items.map(({ name }) => name);
      expect([await names(admin), await names(inside), await names(outside)]).toEqual([
        ['mine', 'shops'],
        ['shops'],
        [],
      ]);
      for (const name of ['mine', 'shops'])
        for (const call of [does.get, does.pause, does.delete, does.rollback, does.stats])
          await expect(call(outside, name)).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(does.grant(outside, 'mine', { capabilities: [] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(does.grant(outside, 'unused', { capabilities: [] })).rejects.toMatchObject({ code: 'NOT_FOUND' });
      await expect(does.upload(inShop, version('2.0.0'))).rejects.toMatchObject({
        code: 'DETECTOR_CONFLICT',
        message: expect.stringContaining('taken'),
      });
      await does.promote(inside, 'shops', { version: '1.0.0', stage: 'active' });
      expect(life.programs.at(-1)?.detectors.find(({ name }) => name === 'shops')?.scope).toEqual(['shop']);
    });

    test('can be given to another token, and sees what that sees', async () => {
      const { does, store, life } = await open();
      await does.upload(author, version('1.0.0'));
      const token = { id: 'token-9', hash: 'h', name: 'n', role: 'author', namespaces: ['data'], created: 1 };
      await store.tokens.insert({ ...token, expires: null, lastUsed: null, revoked: null });
      expect(await does.setOwner(admin, 'mine', 'token-9')).toMatchObject({ owner: 'token-9', namespaces: ['data'] });
      expect(life.programs.at(-1)?.detectors[0]).toMatchObject({ owner: 'token-9', scope: ['data'] });
      await expect(does.pause(author, 'mine')).rejects.toMatchObject({ code: 'AUTH_FORBIDDEN' });
      await expect(does.setOwner(admin, 'mine', 'nobody')).rejects.toMatchObject({ code: 'NOT_FOUND' });
      const scoped = actorWith('op', ['read', 'detectors.activate'], ['data']);
      await store.tokens.insert({
        ...token,
        id: 'token-10',
        hash: 'i',
        namespaces: null,
        expires: null,
        lastUsed: null,
        revoked: null,
      });
      await expect(does.setOwner(scoped, 'mine', 'token-10')).rejects.toMatchObject({ code: 'AUTH_FORBIDDEN' });
    });
  });
});
