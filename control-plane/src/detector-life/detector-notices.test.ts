import { expect, test } from 'vitest';
import { startNats } from '../../../test/support/nats.ts';
import { openTestBus, TestAgent, until } from '../bus/test-bus.ts';
import { DETECTORS_SUBJECT, detectorNotices } from './detector-notices.ts';

test('notices reach every control plane with the name that they tell, and agents can send none', async () => {
  const nats = await startNats({ nodes: ['node-1'] });
  const agent = await TestAgent.open(nats, 'node-1');
  const [one, two] = [await openTestBus(nats), await openTestBus(nats)];
  const heard: (string | undefined)[] = [];
  for (const { bus } of [one, two]) detectorNotices(bus.nats).listen((resume) => heard.push(resume));
  await Promise.all([one.bus.nats.flush(), two.bus.nats.flush()]);
  detectorNotices(one.bus.nats).notify('port-scan');
  detectorNotices(one.bus.nats).notify();
  one.bus.nats.publish(DETECTORS_SUBJECT, '{"odd": true}');
  await until(() => heard.length === 6, 'all notices');
  expect(heard.toSorted()).toEqual(['port-scan', 'port-scan', undefined, undefined, undefined, undefined]);
  agent.connection.publish(DETECTORS_SUBJECT, 'port-scan');
  await agent.connection.flush();
  await one.bus.nats.flush();
  expect(heard).toHaveLength(6);
  for (const { bus } of [one, two]) await bus.close();
  detectorNotices(one.bus.nats).notify();
  await agent.close();
  await nats.stop();
});
