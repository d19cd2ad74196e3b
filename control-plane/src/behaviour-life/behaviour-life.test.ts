import { afterEach, describe, expect, test } from 'vitest';
import { workloadId } from '../detection/anomaly/features/workload-id.ts';
import { trainInWorker } from '../detection/anomaly/learning/train-in-worker.ts';
import { onBothDatabases, onSqlite } from '../store/testing/databases.ts';
import { MADE_DIGEST, MADE_KEY, madeMaterial } from './testing/made-material.ts';
import { quickTraining } from './testing/quick-training.ts';
import { actor, behaviourLives } from './testing/test-behaviour-life.ts';

const ID = workloadId(MADE_KEY, MADE_DIGEST);
const operator = actor('operator');

onBothDatabases((database) => {
  const { open, closeAll } = behaviourLives(() => database.open());
  afterEach(closeAll);

  test('a workload is learned, scored, and found again after a restart', async () => {
    const { store, life, does } = await open({ train: (job) => trainInWorker(job) });
    await life.takeMaterial(3, [madeMaterial({ windows: 40 })]);
    const learning = await does.model(operator, ID);
    expect(learning).toMatchObject({ key: MADE_KEY, namespace: 'shop', stage: 'learning', version: null, versions: 0 });
    expect(learning.learned).toMatchObject({ windows: 40, runs: 2, seconds: 400 });
    expect(life.scored()).toEqual([]);
    await life.trainNow();
    const known = await does.model(operator, ID);
    expect(known).toMatchObject({ stage: 'monitor', previous: null, waiting: null, versions: 1, pinned: false });
    expect(known.anchor).toBe(known.version?.id);
    expect(known.version).toMatchObject({ active: true, anchor: true, origin: 'trained', windows: 40, tokens: 1 });
    const scored = [`${MADE_KEY} ${MADE_DIGEST} monitor ${known.version?.id.slice(0, 8)}`];
    expect(life.scored()).toEqual(scored);
    expect(life.program().workloads[0]?.profile.knows('x:/usr/sbin/nginx')).toBe(true);
    await life.stop();
    const again = await open({ replica: 'replica-2' }, store);
    expect(again.life.scored()).toEqual(scored);
    expect(again.life.program().revision).toBe(life.program().revision);
    await again.life.trainNow();
    expect(again.life.jobs).toEqual([]);
  });

  test('a reset forgets what was seen everywhere, and what was begun before it is not taken', async () => {
    const { life, does } = await open();
    await life.takeMaterial(3, [madeMaterial()]);
    await life.trainNow();
    const { version } = await does.model(operator, ID);
    const after = await does.reset(operator, ID, { reason: 'learned in an attack' });
    expect(after).toMatchObject({
      stage: 'learning',
      version: null,
      anchor: null,
      versions: 1,
      learned: { windows: 0 },
    });
    expect(life.scored()).toEqual([]);
    expect(life.program().marks).toEqual([{ key: MADE_KEY, digest: MADE_DIGEST, epoch: 1, paused: false }]);
    await life.takeMaterial(3, [madeMaterial({ windows: 60 })]);
    expect([life.stats().material.refused.epoch, (await does.model(operator, ID)).learned.windows]).toEqual([1, 0]);
    await life.takeMaterial(3, [madeMaterial({ windows: 61, epoch: 1 })]);
    expect((await does.model(operator, ID)).learned.windows).toBe(61);
    const back = await does.promote(operator, ID, { version: version?.id.slice(0, 8) ?? '' });
    expect([back.stage, back.version?.id]).toEqual(['monitor', version?.id]);
  });
});

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

  describe('learning', () => {
    test('goes on until the time is over, by windows and by the clock', async () => {
      const { life, does } = await open({ settings: { learningMinutes: 60 } });
      await life.takeMaterial(1, [madeMaterial({ windows: 300 })]);
      await life.trainNow();
      expect([life.jobs.length, (await does.model(operator, ID)).stage]).toEqual([0, 'learning']);
      await life.takeMaterial(1, [madeMaterial({ windows: 360 })]);
      await life.trainNow();
      expect([life.jobs.length, (await does.model(operator, ID)).stage]).toEqual([1, 'monitor']);
    });

    test('is over after five short jobs too', async () => {
      const { life, does } = await open({ settings: { learningMinutes: 60 } });
      await life.takeMaterial(1, [madeMaterial({ windows: 20, runs: 5, isComplete: true })]);
      await life.trainNow();
      expect((await does.model(operator, ID)).stage).toBe('monitor');
    });

    test('adds up what partitions have seen', async () => {
      const { life, does } = await open();
      await life.takeMaterial(1, [madeMaterial({ windows: 20 })]);
      await life.takeMaterial(2, [madeMaterial({ windows: 30, tokens: ['x:/bin/other'] })]);
      await life.trainNow();
      expect((await does.model(operator, ID)).version).toMatchObject({ windows: 50, tokens: 2 });
      expect(life.jobs[0]?.materials).toHaveLength(2);
    });

    test('is not over before there are enough windows for a model', async () => {
      const { life, does } = await open({ settings: { learningMinutes: 0 } });
      await life.takeMaterial(1, [madeMaterial({ windows: 5 })]);
      await life.trainNow();
      expect(life.jobs).toHaveLength(0);
      await life.takeMaterial(1, [madeMaterial({ windows: 30 })]);
      await life.trainNow();
      expect(await does.model(operator, ID)).toMatchObject({ stage: 'monitor', failure: null });
    });

    test('that began anew takes the place of a model only when it has seen as much as a first one needs', async () => {
      const { life, does } = await open({ settings: { learningMinutes: 60 } });
      await life.takeMaterial(1, [madeMaterial({ windows: 900 })]);
      await life.trainNow();
      const first = (await does.model(operator, ID)).version?.id;
      for (const windows of [20, 100, 300]) {
        await life.takeMaterial(1, [madeMaterial({ windows })]);
        await life.trainNow();
      }
      expect([life.jobs.length, (await does.model(operator, ID)).version?.id]).toEqual([1, first]);
      await life.takeMaterial(1, [madeMaterial({ windows: 400, tokens: ['x:/bin/a'] })]);
      await life.trainNow();
      expect(life.jobs).toHaveLength(2);
    });

    test('does not go on while it is paused', async () => {
      const { life, does } = await open();
      await life.takeMaterial(1, [madeMaterial({ windows: 20 })]);
      await does.stage(operator, ID, { paused: true });
      expect(life.program().marks).toMatchObject([{ paused: true }]);
      await life.takeMaterial(1, [madeMaterial()]);
      await life.trainNow();
      expect([life.jobs.length, life.stats().material.refused.paused]).toEqual([0, 1]);
      expect((await does.model(operator, ID)).learned.windows).toBe(20);
    });

    test('leaves out what is damaged, and says so', async () => {
      const { life } = await open();
      const row = madeMaterial();
      await life.takeMaterial(1, [
        { ...row, bytes: row.bytes.slice(0, 20) },
        madeMaterial({ key: 'shop/Deployment/db/db/postgres' }),
      ]);
      expect(life.stats().material).toMatchObject({ written: 1, refused: { damaged: 1 } });
      expect(life.logged.join('\n')).toMatch(/can not be read and is left out .*shop\/Deployment\/web/);
    });
  });

  describe('a version', () => {
    const rate = (low: number, perDay: number) => ({ alarms: 9, containerDays: 1.5, perDay, low, high: 9 });
    const far = { holds: false, strange: 0.4, bound: 0.05, moved: ['bytes sent: 40 MB, was 1 KB'] };

    test('with too many held-out alarms waits in review, and goes on by a better one', async () => {
      const { life, does, store } = await open();
      life.report = { heldOut: rate(3, 6) };
      await life.takeMaterial(1, [madeMaterial()]);
      await life.trainNow();
      const waits = await does.model(operator, ID);
      expect([waits.stage, waits.anchor, waits.waiting?.version]).toEqual(['review', null, waits.version?.id]);
      expect(waits.waiting?.why).toMatch(/gave 6.0 alarms .* over 1.50 days \(at least 3.0\), and 1 are put up with/);
      life.report = {};
      await trainMore(life);
      const used = await does.model(operator, ID);
      expect([used.stage, used.waiting, used.anchor, used.previous]).toEqual(['monitor', null, used.version?.id, null]);
      const { items } = await store.audit.list(10);
      expect(items.map(({ actor: who, action, detail }) => [who, action, detail.from, detail.to])).toEqual([
        ['system', 'models.stage', 'review', 'monitor'],
        ['system', 'models.stage', 'learning', 'review'],
      ]);
    });

    test('that the store does not give is taken later, and what scored before goes on', async () => {
      const { life, store } = await trained();
      const other = await open({ replica: 'replica-2' }, store);
      const before = other.life.scored();
      await trainMore(life);
      const { behaviourVersions } = store;
      const blobs = behaviourVersions.blobs.bind(behaviourVersions);
      behaviourVersions.blobs = () => Promise.reject(new Error('the connection ended'));
      await other.does.stage(operator, ID, { target: 2 });
      expect(other.life.scored()).toEqual(before);
      expect(other.life.stats().state).toMatchObject({ damaged: 0, error: { message: 'the connection ended' } });
      behaviourVersions.blobs = blobs;
      await other.does.stage(operator, ID, { target: 3 });
      expect(other.life.scored()).not.toEqual(before);
      expect(other.life.program().workloads[0]?.alarmsPerDay).toBe(3);
    });

    test('waits for an operator where the server asks for it', async () => {
      const { life, does } = await trained({ settings: { review: 'manual' } });
      expect((await does.model(operator, ID)).waiting?.why).toMatch(/asks an operator/);
      const accepted = await does.stage(operator, ID, { stage: 'enforce' });
      expect([accepted.stage, accepted.anchor, accepted.waiting]).toEqual(['enforce', accepted.version?.id, null]);
      expect(life.scored()[0]).toMatch(/ enforce /);
    });

    test('takes the place of the one before when there is enough that is new, and can be gone back from', async () => {
      const { life, does } = await trained();
      const first = (await does.model(operator, ID)).version?.id ?? '';
      await life.takeMaterial(1, [madeMaterial({ windows: 250 })]);
      await life.trainNow();
      expect(life.jobs).toHaveLength(1);
      await trainMore(life);
      const now = await does.model(operator, ID);
      expect([now.previous, now.anchor, now.versions]).toEqual([first, first, 2]);
      expect(life.jobs[1]?.anchor).toBeDefined();
      const back = await does.rollback(operator, ID, { reason: 'too loud' });
      expect([back.version?.id, back.previous, back.pinned]).toEqual([first, null, true]);
      await expect(does.rollback(operator, ID, {})).rejects.toMatchObject({ code: 'BEHAVIOUR_CONFLICT' });
      expect(life.scored()[0]).toContain(first.slice(0, 8));
      await trainMore(life, 900, ['x:/bin/c']);
      const pinned = await does.model(operator, ID);
      expect([pinned.version?.id, pinned.versions]).toEqual([first, 3]);
      expect(pinned.waiting?.why).toMatch(/an operator chose/);
      const freed = await does.promote(operator, ID, { version: pinned.waiting?.version ?? '' });
      expect([freed.pinned, freed.waiting, freed.previous]).toEqual([false, null, first]);
    });

    test('far from what was accepted first waits, and is told to the partitions', async () => {
      const { life, does } = await trained();
      const first = await does.model(operator, ID);
      life.report = { anchor: far };
      await trainMore(life);
      const now = await does.model(operator, ID);
      expect([now.version?.id, now.stage]).toEqual([first.version?.id, 'monitor']);
      expect(now.waiting?.why).toMatch(/far from what was accepted first: bytes sent: 40 MB/);
      expect(life.program().workloads[0]?.anchorDrift).toMatch(/bytes sent: 40 MB, was 1 KB \(40.0 %/);
      const taken = await does.promote(operator, ID, { version: now.waiting?.version ?? '' });
      expect([taken.anchor, taken.waiting]).toEqual([now.waiting?.version, null]);
      expect(life.program().workloads[0]?.anchorDrift).toBeUndefined();
    });

    test('of a workload that was reset meanwhile is thrown away', async () => {
      const { life, does } = await open();
      await life.takeMaterial(1, [madeMaterial()]);
      life.beforeTrained = async () => void (await does.reset(operator, ID, {}));
      await life.trainNow();
      expect(await does.model(operator, ID)).toMatchObject({ stage: 'learning', versions: 0 });
      expect(life.stats().trainer).toMatchObject({ dropped: 1, trained: 0, failed: 0 });
    });

    test('that fails is told, does not keep others from being trained, and is tried again later', async () => {
      let isBroken = true;
      const { life, does } = await open({
        train: async (job) => {
          if (!isBroken) return quickTraining(job);
          throw Object.assign(new Error('no memory for it'), { code: 'TRAINING_MEMORY' });
        },
      });
      await life.takeMaterial(1, [madeMaterial(), madeMaterial({ key: 'shop/Deployment/db/db/postgres' })]);
      await life.trainNow();
      await life.trainNow();
      expect([life.jobs.length, life.stats().trainer.failed]).toEqual([2, 2]);
      expect((await does.model(operator, ID)).failure?.message).toBe('no memory for it');
      isBroken = false;
      life.advance(11 * 86_400_000);
      await life.trainNow();
      expect(await does.model(operator, ID)).toMatchObject({ stage: 'monitor', failure: null });
    });

    test('that is the same as before is kept once', async () => {
      const { life, does } = await trained();
      await does.stage(operator, ID, { stage: 'learning' });
      await does.stage(operator, ID, { target: 1 });
      await life.trainNow();
      expect((await does.model(operator, ID)).versions).toBe(1);
    });
  });
});
