import type { Alert } from '@picket/sdk';
import { type ModelInfo, PicketClient } from '@picket/sdk/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allAlerts } from '../support/alerts.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

// What real containers do is learned for a moment; then one of them does something that is no rule's business.

const NAMES = ['till-1', 'till-2', 'till-3', 'till-4', 'till-5', 'till-6'];
const WORK = 'while true; do cat /etc/hostname > /dev/null; date > /tmp/now; sleep 1; done';

let stack: Stack;
let client: PicketClient;
const containers: TestContainer[] = [];

beforeAll(async () => {
  // after half a minute a model can not be sure of anything: many alarms are put up with, so that it says what it thinks
  const env = { LEARNING_MINUTES: '0', TRAIN_SECONDS: '3', ALARMS: '100' };
  stack = await startStack({
    env: Object.fromEntries(Object.entries(env).map(([name, value]) => [`PICKET_BEHAVIOUR_${name}`, value])),
  });
  client = new PicketClient({ baseUrl: stack.api, token: stack.token });
  for (const name of NAMES) containers.push(await startContainer({ name, image: 'till:1', args: ['sh', '-c', WORK] }));
});
afterAll(async () => {
  await Promise.all(containers.map((container) => container.remove()));
  await stack?.stop();
});

const learned = (digest: string): Promise<ModelInfo> =>
  waitFor(
    'a model',
    async () => {
      const { items } = await client.models.list({ q: 'till' });
      return items.find((model) => model.digest === digest && model.version !== null && model.stage === 'monitor');
    },
    120,
  );

const ofBehaviour = async (container: string): Promise<Alert[]> =>
  (await allAlerts(stack)).filter((alert) => alert.source === 'anomaly' && alert.container?.name === container);

it('an act that no rule knows is told with what is new, by whom, in which events', async () => {
  const model = await learned('1');
  expect(model.learned.windows).toBeGreaterThanOrEqual(12);
  // a moment for the model to come into use, and for what the containers do by themselves to stay silent
  await client.models.list({ q: 'till' });
  await containers[0]?.exec(['sh', '-c', 'mkdir -p /srv/stash && tar -cf /srv/stash/all.tar /etc/hostname']);
  const drift = await waitFor('an alert of what is new', async () =>
    (await ofBehaviour('till-1')).find(({ rule, output }) => rule === 'Behaviour drift' && output.includes('tar')),
  );
  expect(drift).toMatchObject({
    detector: { kind: 'model', id: 'behaviour-drift' },
    hostname: expect.any(String),
    evidence: { metadata: 'complete' },
    output_fields: { 'behaviour.id': model.id, 'behaviour.stage': 'monitor' },
  });
  expect(drift.score).toBeGreaterThan(0);
  expect(drift.explanation?.map(({ text }) => text).join('; ')).toMatch(/tar/);
  expect(drift.evidence.events.length).toBeGreaterThanOrEqual(2);
});

it('nothing is told of the containers that did nothing new', async () => {
  const quiet = await Promise.all(NAMES.slice(1).map(ofBehaviour));
  expect(quiet.flat().filter(({ rule }) => rule === 'Behaviour drift')).toEqual([]);
});

it('a new image begins a workload of its own, beside the one before', async () => {
  const next = await startContainer({ name: 'till-7', image: 'till:2', args: ['sh', '-c', WORK] });
  containers.push(next);
  const models = await waitFor(
    'the workload of the new image',
    async () => {
      const { items } = await client.models.list({ q: 'till' });
      return items.some(({ digest }) => digest === '2') ? items : undefined;
    },
    60,
  );
  expect(models.find(({ digest }) => digest === '1')?.stage).toBe('monitor');
});
