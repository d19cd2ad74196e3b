import { execFile } from 'node:child_process';
import { readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { type ModelInfo, PicketClient } from '@picket/sdk/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startContainer, type TestContainer } from '../support/container.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

// What was learned of real containers, handled by the command as an operator does it, and found again after a crash.

const SHOP = ['shop-1', 'shop-2', 'shop-3', 'shop-4', 'shop-5', 'shop-6'];
const WORK = 'while true; do cat /etc/hostname > /dev/null; date > /tmp/now; sleep 1; done';

let stack: Stack;
let client: PicketClient;
let model: ModelInfo;
const containers: TestContainer[] = [];

beforeAll(async () => {
  // six containers of one workload see enough windows in half a minute
  stack = await startStack({ env: { PICKET_BEHAVIOUR_LEARNING_MINUTES: '0', PICKET_BEHAVIOUR_TRAIN_SECONDS: '3' } });
  client = new PicketClient({ baseUrl: stack.api, token: stack.token });
  for (const name of SHOP) containers.push(await startContainer({ name, image: 'shop:1', args: ['sh', '-c', WORK] }));
});
afterAll(async () => {
  await Promise.all(containers.map((container) => container.remove()));
  await stack?.stop();
});

/** The command of the handbook; answers with what it printed. */
async function picket(...words: string[]): Promise<string> {
  const token = join(stack.nats.folder, 'admin-token');
  const args = ['sdk/cli/src/main.ts', ...words, '--url', stack.api, '--token-file', token];
  const { stdout } = await promisify(execFile)(process.execPath, args);
  return stdout;
}

it('containers of one workload are learned together, and listed', async () => {
  const learned = async () => {
    const { items } = await client.models.list({ q: 'shop' });
    return items.find(({ version }) => version !== null);
  };
  model = await waitFor('a model', learned, 120);
  expect(model.stage).toBe('monitor');
  expect(model.learned.runs).toBeGreaterThanOrEqual(1);
  const listed = await picket('models', 'list', 'shop');
  expect(listed).toContain(model.key);
  expect(listed).toContain(model.id);
  const shown = await picket('profiles', 'show', model.id, '--class', 'programs');
  expect(shown).toContain('/bin/busybox');
});

it('the profile goes out as a file, is changed, and comes in again', async () => {
  const file = join(stack.nats.folder, 'shop.yaml');
  await picket('profiles', 'export', model.id, '--out', file);
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(`key: ${model.key}`);
  const said = 'allowed:\n  - token: x:/usr/bin/tar\n    reason: the dump of the night\n';
  const seen = '  programs:\n    - {is: /usr/bin/gzip, windows: 1, runs: 1}\n';
  writeFileSync(file, text.replace('allowed: []\n', said).replace('  programs:\n', seen));
  expect(await picket('profiles', 'import', file, '--reason', 'dump')).toContain('1 allowed');
  rmSync(file);
  const imported = await client.models.get(model.id);
  expect(imported).toMatchObject({ pinned: true, previous: model.version?.id, version: { origin: 'imported' } });
});

it('is rolled back, and what people decided holds on', async () => {
  await picket('models', 'rollback', model.id, '--reason', 'try');
  await picket('profiles', 'allow', model.id, 'x:/usr/bin/rsync', '--reason', 'moves files');
  const back = await client.models.get(model.id);
  expect([back.version?.id, back.stage]).toEqual([model.version?.id, 'monitor']);
  const { decisions } = await client.profiles.get(model.id);
  expect(decisions.map(({ token, what }) => [token, what])).toEqual([
    ['x:/usr/bin/rsync', 'allow'],
    ['x:/usr/bin/tar', 'allow'],
  ]);
});

it('is scored, and its scores are told', async () => {
  const scores = await waitFor('scores', async () => {
    const told = await client.models.scores(model.id);
    return told.containers.some((container) => container.scores.length > 0) ? told.containers : undefined;
  });
  const names = scores.map(({ name }) => name);
  expect(names.every((name) => SHOP.includes(name ?? ''))).toBe(true);
});

it('all of it is found again after the control plane was killed', async () => {
  await picket('models', 'stage', model.id, 'enforce');
  await stack.control.kill();
  await stack.startControl();
  client = new PicketClient({ baseUrl: stack.api, token: stack.token });
  const after = await client.models.get(model.id);
  expect(after).toMatchObject({ stage: 'enforce', pinned: true, version: { id: model.version?.id } });
  const { decisions } = await client.profiles.get(model.id).catch((error: unknown) => {
    throw new Error(stack.control.log(), { cause: error });
  });
  expect(decisions).toHaveLength(2);
  const { items } = await client.audit.list({ limit: 20 });
  const done = items.filter(({ target }) => target === model.id).map(({ action }) => action);
  expect(done).toEqual([...['models.stage', 'profiles.allow', 'models.rollback', 'profiles.import', 'models.stage']]);
});
