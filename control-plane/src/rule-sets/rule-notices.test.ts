import { expect, test } from 'vitest';
import { startNats } from '../../../test/support/nats.ts';
import { openTestBus, TestAgent, until } from '../bus/test-bus.ts';
import { RULES_SUBJECT, ruleNotices } from './rule-notices.ts';

test('notices reach every control plane, and agents can send none', async () => {
  const nats = await startNats({ nodes: ['node-1'] });
  const agent = await TestAgent.open(nats, 'node-1');
  const [one, two] = [await openTestBus(nats), await openTestBus(nats)];
  let heard = 0;
  for (const { bus } of [one, two]) ruleNotices(bus.nats).listen(() => heard++);
  await Promise.all([one.bus.nats.flush(), two.bus.nats.flush()]);
  ruleNotices(one.bus.nats).notify(7);
  await until(() => heard === 2, 'both notices');
  agent.connection.publish(RULES_SUBJECT, '{}');
  await agent.connection.flush();
  await one.bus.nats.flush();
  expect(heard).toBe(2);
  for (const { bus } of [one, two]) await bus.close();
  ruleNotices(one.bus.nats).notify(8);
  await agent.close();
  await nats.stop();
});
