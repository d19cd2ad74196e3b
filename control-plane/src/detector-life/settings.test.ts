import { afterEach, expect, test } from 'vitest';
import { onSqlite } from '../store/testing/databases.ts';
import { AUTHOR, actorWith, detectorLives, manifestOf, uploadOf } from './testing/test-detector-life.ts';

const author = actorWith('author-1', AUTHOR);
const admin = actorWith('admin-1');
const version = (number: string) => uploadOf(manifestOf('mine', number));

onSqlite((database) => {
  const { open, closeAll } = detectorLives(() => database.open());
  afterEach(closeAll);

  test('a configuration is set for the versions that run, all or none, and audited with what was', async () => {
    const { does, life, store } = await open();
    const manifest = (number: string, most: number) =>
      manifestOf('mine', number, `config: { n: { type: integer, default: 1, maximum: ${most} } }\n`);
    await does.upload(author, uploadOf(manifest('1.0.0', 9)));
    await does.promote(admin, 'mine', { version: '1.0.0', stage: 'active' });
    await does.upload(author, uploadOf(manifest('2.0.0', 5)));
    const configs = () => life.programs.at(-1)?.detectors.map(({ config }) => config);
    await expect(does.configure(admin, 'mine', { config: { n: 7 } })).rejects.toMatchObject({
      code: 'DETECTOR_CONFIG',
    });
    expect(configs()).toEqual(['{"n":1}', '{"n":1}']);
    await does.configure(admin, 'mine', { config: { n: 4 } });
    await does.configure(author, 'mine', { config: { n: 5 }, version: '2.0.0' });
    expect(configs()).toEqual(['{"n":5}', '{"n":4}']);
    const [last] = (await store.audit.list(1)).items;
    expect(last).toMatchObject({ action: 'detectors.config', detail: { config: { n: 5 } } });
    expect(Object.values(last?.detail.before as object)).toEqual([{ n: 4 }]);
  });

  test('a version that was active is not gone back to after it was deleted', async () => {
    const { does, running } = await open();
    for (const number of ['1.0.0', '2.0.0']) {
      await does.upload(author, version(number));
      await does.promote(admin, 'mine', { version: number, stage: 'active' });
    }
    await does.deleteVersion(author, 'mine', '1.0.0');
    await expect(does.rollback(admin, 'mine')).rejects.toMatchObject({
      code: 'DETECTOR_CONFLICT',
      message: expect.stringContaining('deleted'),
    });
    await does.upload(author, version('3.0.0'));
    await does.deleteVersion(author, 'mine', '3.0.0');
    expect(running()).toEqual(['mine active 2.0.0']);
    await expect(does.version(author, 'mine', '3.0.0')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  test('where a backtest is asked for, a version alerts only after one', async () => {
    const { does, life, running } = await open({ policy: { promotion: 'backtest' } });
    const { id } = await does.upload(author, version('1.0.0'));
    const promote = () => does.promote(admin, 'mine', { version: id, stage: 'active' });
    await expect(promote()).rejects.toMatchObject({ code: 'DETECTOR_UNPROVEN', message: expect.stringContaining(id) });
    await does.promote(author, 'mine', { version: id, stage: 'shadow' });
    life.proven.add(id);
    await promote();
    expect(running()).toEqual(['mine active 1.0.0']);
  });
});
