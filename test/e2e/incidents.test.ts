import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PicketClient } from '@picket/sdk/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { compileLoad } from '../../bench/load/compile.ts';
import { run } from '../../sdk/cli/src/run.ts';
import { allAlerts } from '../support/alerts.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { EVERY_EVENT, type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const LIMIT = 30;
const STORM = 5000;

const rule = (name: string, tactic: string, path: string, how = 'write') => `
- rule: ${name}
  desc: a file of the story was touched
  condition: evt.type in (open, openat) and evt.is_open_${how}=true and fd.name startswith ${path}
  output: touched %fd.name
  priority: WARNING
  tags: [mitre_${tactic}]
`;
const RULES = [
  rule('tool used', 'execution', '/tmp/tool'),
  rule('secret read', 'credential_access', '/tmp/secret'),
  rule('job planted', 'persistence', '/tmp/job'),
  rule('key read', 'collection', '/keys/', 'read'),
].join('');

let folder = '';
let stack: Stack;
let container: TestContainer;
let bystander: TestContainer;
let incident = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-incidents-'));
  const file = join(folder, 'rules.yaml');
  writeFileSync(file, RULES);
  const env = { PICKET_ALERTS_PER_MINUTE: String(LIMIT) };
  stack = await startStack({ rules: folder, plan: EVERY_EVENT, env });
  const shipped = await stack.get<{ items: { rule: string }[] }>('rules');
  const others = shipped.items.filter((item) => !RULES.includes(`rule: ${item.rule}\n`));
  writeFileSync(file, others.map((item) => `- rule: ${item.rule}\n  enabled: false\n`).join('') + RULES);
  await stack.control.stop();
  await stack.startControl();
  const program = { destination: '/usr/bin/load', type: 'bind', source: compileLoad(), options: ['bind', 'ro'] };
  container = await startContainer({ name: 'victim', args: ['sleep', '3600'], mounts: [program] });
  bystander = await startContainer({ name: 'bystander', args: ['sleep', '3600'] });
});
afterAll(async () => {
  await container?.remove();
  await bystander?.remove();
  await stack?.stop();
  rmSync(folder, { recursive: true });
});

const client = () => new PicketClient({ baseUrl: stack.api, token: stack.token });
const touch = (where: TestContainer, path: string) => where.exec(['touch', path]);

/** Touches a file and waits for the alert about it; answers its incident. */
async function act(where: TestContainer, path: string): Promise<string> {
  await touch(where, path);
  const alert = await waitFor(`the alert about ${path}`, async () =>
    (await allAlerts(stack)).find(
      ({ output, container: of }) => output === `touched ${path}` && of?.full_id === where.id,
    ),
  );
  return alert.incident ?? 'none';
}

it('joins the acts in one container into one incident, over a kill of the control plane', async () => {
  incident = await act(container, '/tmp/tool-1');
  expect(await act(container, '/tmp/secret')).toBe(incident);
  await stack.control.kill();
  await stack.startControl();
  expect(await act(container, '/tmp/job')).toBe(incident);
  expect(await act(container, '/tmp/tool-2')).toBe(incident);
  const detail = await client().incidents.get(incident);
  expect(detail).toMatchObject({
    state: 'open',
    alerts: 4,
    occurrences: 4,
    container: { full_id: container.id, name: 'victim' },
    tactics: ['execution', 'persistence', 'credential-access'],
  });
  expect(detail.timeline.items.map(({ tactics, output }) => [tactics[0], output])).toEqual([
    ['execution', 'touched /tmp/tool-1'],
    ['credential-access', 'touched /tmp/secret'],
    ['persistence', 'touched /tmp/job'],
    ['execution', 'touched /tmp/tool-2'],
  ]);
  expect(detail.timeline.items[0]?.process).toMatchObject({ name: 'touch', entry: 'exec' });
});

it('keeps another container in an incident of its own', async () => {
  const own = await act(bystander, '/tmp/secret');
  expect(own).not.toBe(incident);
  const { items } = await client().incidents.list({ container: 'bystander' });
  expect(items.map(({ id, alerts }) => [id, alerts])).toEqual([[own, 1]]);
});

it('tells a storm in a bounded number of alerts that count every finding', async () => {
  const { code } = await container.exec(['/usr/bin/load', 'acts', String(STORM), '1000', '/keys']);
  expect(code).toBe(0);
  // A storm in one container does not hold back what another one does.
  expect(await act(bystander, '/tmp/job')).not.toBe(incident);
  const alerts = await waitFor('every finding', async () => {
    const found = (await allAlerts(stack)).filter((alert) => alert.rule === 'key read');
    return found.reduce((sum, { count }) => sum + count, 0) >= STORM ? found : undefined;
  });
  expect(alerts.reduce((sum, { count }) => sum + count, 0)).toBe(STORM);
  // Two allowances where the storm lies on both sides of a minute.
  expect(alerts.length).toBeLessThanOrEqual(2 * (LIMIT + 1));
  expect(new Set(alerts.map((alert) => alert.incident))).toEqual(new Set([incident]));
  const summarised = alerts.filter(({ summary }) => summary).reduce((sum, { count }) => sum + count, 0);
  expect(summarised).toBeGreaterThanOrEqual(STORM - 2 * LIMIT);
  const metrics = await (await fetch(`${stack.api}/metrics`, { headers: bearer() })).text();
  expect(metrics).toContain(`picket_alerts_summarised_total{rule="key read"} ${summarised}\n`);
});

const bearer = () => ({ authorization: `Bearer ${stack.token}` });

it('is shown by the command', async () => {
  const lines: string[] = [];
  const say = (line: string) => void lines.push(line);
  const io = { out: say, note: say, signal: new AbortController().signal };
  const config = {
    data: stack.nats.folder,
    natsUrl: stack.nats.url,
    seedFile: undefined,
    loginFile: join(folder, 'x'),
  };
  const where = ['--url', stack.api, '--token-file', join(stack.nats.folder, 'admin-token')];
  expect(await run(['incidents', 'list', '--container', 'victim', ...where], config, io)).toBe(0);
  expect(lines.join('\n')).toContain(`${incident}  execution > persistence > credential-access > collection`);
  expect(await run(['incidents', 'show', incident, ...where], config, io)).toBe(0);
  expect(lines.join('\n')).toMatch(/ execution +Warning +tool used · victim\n.*touch/);
});
