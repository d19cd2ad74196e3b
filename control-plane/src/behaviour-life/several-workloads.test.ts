import { afterEach, expect, test } from 'vitest';
import { workloadId } from '../detection/anomaly/features/workload-id.ts';
import { onSqlite } from '../store/testing/databases.ts';
import { MADE_DIGEST, MADE_KEY, madeMaterial } from './testing/made-material.ts';
import { actor, behaviourLives } from './testing/test-behaviour-life.ts';

const ID = workloadId(MADE_KEY, MADE_DIGEST);
const operator = actor('operator');

onSqlite((database) => {
  const { open, closeAll } = behaviourLives(() => database.open());
  afterEach(closeAll);
  const trained = async (options?: Parameters<typeof open>[0]) => {
    const opened = await open(options);
    await opened.life.takeMaterial(1, [madeMaterial()]);
    await opened.life.trainNow();
    return opened;
  };
  /** Another training of the same workload, with so many windows more that it is due. */
  const trainMore = async (life: Awaited<ReturnType<typeof open>>['life'], windows = 400, tokens = ['x:/bin/a']) => {
    await life.takeMaterial(1, [madeMaterial({ windows, tokens })]);
    await life.trainNow();
  };

  test('another image is scored by the model of the one before while it learns, and keeps what people decided', async () => {
    const { life, does } = await trained();
    await does.decide(operator, ID, 'allow', { tokens: ['x:/bin/tar'], pattern: false, reason: 'dump' });
    const { version } = await does.model(operator, ID);
    await life.takeMaterial(1, [madeMaterial({ digest: 'sha256:bbbb', windows: 10 })]);
    const next = await does.model(operator, workloadId(MADE_KEY, 'sha256:bbbb'));
    expect([next.stage, next.version, next.prior?.version]).toEqual(['learning', null, version?.id]);
    expect(life.scored()).toContain(`${MADE_KEY} sha256:bbbb learning ${version?.id.slice(0, 8)}`);
    expect((await does.profile(operator, next.id)).decisions).toMatchObject([{ token: 'x:/bin/tar', what: 'allow' }]);
    await life.takeMaterial(1, [madeMaterial({ digest: 'sha256:bbbb' })]);
    await life.trainNow();
    expect(life.jobs.at(-1)?.priors).toHaveLength(1);
    expect((await does.model(operator, next.id)).prior).toBeNull();
  });

  test('the model of an image stands in for other workloads of it, in the same namespace alone', async () => {
    const { life } = await trained();
    await life.takeMaterial(1, [
      madeMaterial({ key: 'shop/Deployment/front/web/nginx', windows: 3 }),
      madeMaterial({ key: 'other/Deployment/front/web/nginx', windows: 3 }),
    ]);
    expect(life.scored().map((line) => line.split(' ').slice(0, 3).join(' '))).toEqual([
      `shop/Deployment/front/web/nginx ${MADE_DIGEST} learning`,
      `${MADE_KEY} ${MADE_DIGEST} monitor`,
    ]);
  });

  test('a stage needs a model, and going back to review keeps newer versions waiting', async () => {
    const { life, does } = await open();
    await life.takeMaterial(1, [madeMaterial()]);
    await expect(does.stage(operator, ID, { stage: 'monitor' })).rejects.toMatchObject({ code: 'BEHAVIOUR_CONFLICT' });
    await life.trainNow();
    expect(await does.stage(operator, ID, { stage: 'review' })).toMatchObject({ stage: 'review', pinned: true });
    expect(await does.stage(operator, ID, { stage: 'monitor' })).toMatchObject({ stage: 'monitor', pinned: false });
    const set = await does.stage(operator, ID, { target: 0.5 });
    expect(set.target).toEqual({ per_day: 0.5, own: true });
    await life.trainNow();
    expect(life.jobs.map(({ alarmsPerDay }) => alarmsPerDay)).toEqual([1]);
    await trainMore(life);
    expect(life.jobs.map(({ alarmsPerDay }) => alarmsPerDay)).toEqual([1, 0.5]);
  });

  test('too many workloads: those that were not seen the longest go', async () => {
    const { life, does } = await open({ mostWorkloads: 2 });
    for (const name of ['a', 'b', 'c']) {
      await life.takeMaterial(1, [madeMaterial({ key: `shop/Deployment/${name}/web/nginx`, windows: 3 })]);
      life.advance(1000);
    }
    const { items } = await does.models(operator, { limit: 10 });
    expect(items.map(({ key }) => key)).toEqual(['shop/Deployment/b/web/nginx', 'shop/Deployment/c/web/nginx']);
    expect(life.logged.join('\n')).toMatch(/forgotten for want of room.*shop\/Deployment\/a/);
  });

  test('what can not be read from the store is left out and told, and the others are scored', async () => {
    const { life, store } = await trained();
    await life.takeMaterial(1, [madeMaterial({ key: 'shop/Deployment/db/db/postgres' })]);
    await life.trainNow();
    const [version] = await store.behaviourVersions.of(ID);
    if (!version) throw new Error('there is no version');
    const damaged = { ...version, id: 'ee'.repeat(32) };
    await store.transaction(async (trx) => {
      await trx.behaviourVersions.insert(damaged, { model: new Uint8Array([1, 2]), profile: new Uint8Array([3]) });
    });
    await life.lifecycle.promote(operator, ID, { version: damaged.id });
    expect(life.scored().map((line) => line.split(' ')[0])).toEqual(['shop/Deployment/db/db/postgres']);
    expect(life.stats().state.damaged).toBe(1);
    expect(life.logged.join('\n')).toMatch(/can not be read from the store and does not score.*shop\/Deployment\/web/);
  });
});
