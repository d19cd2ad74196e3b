import { expect, test } from 'vitest';
import { startNats } from '../../../test/support/nats.ts';
import { openTestBus, TestAgent, until } from '../bus/test-bus.ts';
import { workloadId } from '../detection/anomaly/features/workload-id.ts';
import { onPostgres } from '../store/testing/databases.ts';
import { BEHAVIOUR_SUBJECT, behaviourNotices } from './behaviour-notices.ts';
import { MADE_DIGEST, MADE_KEY, madeMaterial } from './testing/made-material.ts';
import { actor, openTestBehaviourLife } from './testing/test-behaviour-life.ts';

test('notices reach every control plane, and agents can send none', async () => {
  const nats = await startNats({ nodes: ['node-1'] });
  const agent = await TestAgent.open(nats, 'node-1');
  const [one, two] = [await openTestBus(nats), await openTestBus(nats)];
  let heard = 0;
  for (const { bus } of [one, two])
    behaviourNotices(bus.nats).listen(() => {
      heard++;
    });
  await Promise.all([one.bus.nats.flush(), two.bus.nats.flush()]);
  behaviourNotices(one.bus.nats).notify();
  await until(() => heard === 2, 'both notices');
  agent.connection.publish(BEHAVIOUR_SUBJECT);
  await agent.connection.flush();
  await one.bus.nats.flush();
  expect(heard).toBe(2);
  for (const { bus } of [one, two]) await bus.close();
  behaviourNotices(one.bus.nats).notify();
  await agent.close();
  await nats.stop();
});

onPostgres((database) => {
  test('of two control planes one trains, and both score by what it made, also after a change by the other', async () => {
    const nats = await startNats();
    const options = await database.create();
    const { openStore } = await import('../store/open-store.ts');
    const planes = await Promise.all(
      ['replica-1', 'replica-2'].map(async (replica) => {
        const [store, { bus }] = [await openStore(options), await openTestBus(nats)];
        const life = await openTestBehaviourLife(store, { replica, notices: behaviourNotices(bus.nats) });
        await bus.nats.flush();
        return { store, bus, life };
      }),
    );
    const [one, two] = planes;
    if (!one || !two) throw new Error('two control planes were started');
    // each has partitions of its own that see the workload
    await one.life.takeMaterial(1, [madeMaterial({ windows: 40 })]);
    await two.life.takeMaterial(2, [madeMaterial({ windows: 60, tokens: ['x:/bin/other'] })]);
    await Promise.all(planes.map(({ life }) => life.trainNow()));
    expect(one.life.jobs.length + two.life.jobs.length).toBe(1);
    await until(() => planes.every(({ life }) => life.scored().length === 1), 'both to score');
    expect(one.life.scored()).toEqual(two.life.scored());
    expect(one.life.scored()[0]).toMatch(/ monitor /);
    const operator = actor('operator');
    const id = workloadId(MADE_KEY, MADE_DIGEST);
    expect((await two.life.lifecycle.model(operator, id)).version?.windows).toBe(100);
    await two.life.lifecycle.decide(operator, id, 'allow', { tokens: ['x:/bin/tar'], pattern: false, reason: 'dump' });
    await until(() => one.life.program().workloads[0]?.profile.knows('x:/bin/tar') === true, 'the other to know');
    await one.life.lifecycle.reset(operator, id, {});
    await until(() => two.life.scored().length === 0, 'the other to forget');
    // one that ends lets the other one train at once
    const [trained, idle] = one.life.jobs.length > 0 ? [one, two] : [two, one];
    await trained.life.stop();
    await idle.life.takeMaterial(1, [madeMaterial({ windows: 41, epoch: 1 })]);
    await idle.life.trainNow();
    expect(idle.life.scored()).toHaveLength(1);
    await idle.life.stop();
    for (const { store, bus } of planes) {
      await bus.close();
      await store.close();
    }
    await nats.stop();
  });
});
