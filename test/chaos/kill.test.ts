import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { compileLoad } from '../../bench/load/compile.ts';
import { allAlerts } from '../support/alerts.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const RULE = `
- rule: key read
  desc: a file named like a key of the story was read
  condition: evt.type in (open, openat) and evt.is_open_read=true and fd.name startswith /keys/
  output: read %fd.name
  priority: WARNING
`;
const ACTS = 200;

let stack: Stack;
let container: TestContainer;
let folder = '';

beforeEach(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-kill-'));
  writeFileSync(join(folder, 'rules.yaml'), RULE);
  stack = await startStack({ rules: join(folder, 'rules.yaml') });
  const program = { destination: '/usr/bin/load', type: 'bind', source: compileLoad(), options: ['bind', 'ro'] };
  container = await startContainer({ name: 'acts', args: ['sleep', '3600'], mounts: [program] });
});

afterEach(async () => {
  await container?.remove();
  await stack?.stop();
  rmSync(folder, { recursive: true });
});

/** Each act makes one finding of its own; every one must become one alert, counted once. */
async function expectEveryAct(): Promise<void> {
  const found = await waitFor('an alert of every act', async () => {
    const alerts = (await allAlerts(stack)).filter((alert) => alert.rule === 'key read');
    return alerts.length >= ACTS ? alerts : undefined;
  });
  const names = new Set(found.map((alert) => alert.output_fields['fd.name']));
  expect(names.size).toBe(ACTS);
  expect(found).toHaveLength(ACTS);
  expect(found.filter((alert) => alert.count !== 1)).toEqual([]);
}

it('finds every act once when the control plane is killed in mid-stream', async () => {
  const acts = container.exec(['/usr/bin/load', 'acts', String(ACTS), '25', '/keys']);
  for (let i = 0; i < 2; i++) {
    await sleep(2000);
    await stack.control.kill();
    await stack.startControl();
  }
  expect((await acts).code).toBe(0);
  await expectEveryAct();
});

it('finds every act once when NATS is killed in mid-stream', async () => {
  const acts = container.exec(['/usr/bin/load', 'acts', String(ACTS), '25', '/keys']);
  await sleep(2500);
  await stack.nats.kill();
  await sleep(2000);
  await stack.nats.restart();
  expect((await acts).code).toBe(0);
  await expectEveryAct();
});
