import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert } from '@picket/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allAlerts } from '../support/alerts.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { planInForce, type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

// Rules over several events on events of a real kernel: what they are for, and ordinary work that only looks like it.

const RULES = `
- rule: Story port scan
  desc: d
  condition: evt.type = connect and fd.l4proto = tcp
  window: {count_distinct: fd.sport, by: [container, fd.sip], over: 30s, at_least: 20}
  output: "%window.count ports of %fd.sip, as %window.keys"
  priority: Warning
- rule: Story bulk delete
  desc: d
  condition: evt.type in (unlink, unlinkat) and fs.path.name startswith /srv/
  window: {count: true, by: process, over: 30s, at_least: 40}
  output: "%window.count files deleted by %proc.name"
  priority: Warning
- rule: Story copied and run
  desc: d
  sequence:
    by: [container, fd.name]
    within: 1m
    steps:
      - condition: evt.is_open_create = true and fd.name startswith /tmp/
      - condition: evt.type in (execve, execveat)
        by: [container, proc.exepath]
  output: "%proc.exepath copied as %step1.fd.name"
  priority: Warning
- rule: Story does not end
  desc: d
  sequence:
    by: process
    within: 3s
    steps:
      - condition: evt.type in (execve, execveat) and proc.args contains linger
      - not: evt.type = procexit
  output: "%proc.cmdline"
  priority: Warning
`;
/** The same of other files, so that only the number or the order of events is different. */
const ORDINARY = [
  'for p in $(seq 3001 3010) 3001 3001 3001 3001 3001 3001 3001 3001 3001 3001; do wget -q -O - http://127.0.0.1:$p/; done',
  'mkdir -p /srv/few; cd /srv/few; touch $(seq 1 30); rm 1 2 3 4 5; rm 6 7 8 9 10; rm $(seq 11 30)',
  'cp /bin/busybox /tmp/copied; /bin/busybox true; mv /tmp/copied /tmp/moved',
  'sh -c "true linger"',
];
const ODD: Readonly<Record<string, string>> = {
  'Story port scan': 'for p in $(seq 3001 3025); do wget -q -O - http://127.0.0.1:$p/; done',
  'Story bulk delete': 'mkdir -p /srv/many; cd /srv/many; touch $(seq 1 60); rm $(seq 1 60)',
  'Story copied and run': 'cp /bin/busybox /tmp/busybox; /tmp/busybox true',
  'Story does not end': 'sh -c "sleep 6; : linger"',
};

let folder = '';
let stack: Stack;
let attacked: TestContainer;
let ordinary: TestContainer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-extensions-'));
  writeFileSync(join(folder, 'story.yaml'), RULES);
  stack = await startStack({ rules: folder });
  await planInForce(stack);
  ordinary = await startContainer({ name: 'ordinary', args: ['sleep', '3600'] });
  attacked = await startContainer({ name: 'attacked', args: ['sleep', '3600'] });
});
afterAll(async () => {
  await Promise.all([ordinary?.remove(), attacked?.remove()]);
  await stack?.stop();
  rmSync(folder, { recursive: true });
});

const ours = async (): Promise<Alert[]> => (await allAlerts(stack)).filter(({ rule }) => rule.startsWith('Story'));

it('finds what only several events show, and nothing in ordinary work', async () => {
  for (const script of ORDINARY) await ordinary.exec(['sh', '-c', script]);
  for (const script of Object.values(ODD)) await attacked.exec(['sh', '-c', script]);
  const alerts = await waitFor('an alert of every rule', async () => {
    const found = await ours();
    return Object.keys(ODD).every((rule) => found.some((alert) => alert.rule === rule)) ? found : undefined;
  });
  expect(new Set(alerts.map(({ container }) => container?.name))).toEqual(new Set(['attacked']));
  const alertOf = (name: string) => alerts.find(({ rule }) => rule === name);
  expect(alertOf('Story port scan')).toMatchObject({
    output: '20 ports of 127.0.0.1, as 3001, 3002, 3003, 3004, 3005, 3006, 3007, 3008, 3009, 3010',
    count: 20,
  });
  expect(alertOf('Story bulk delete')).toMatchObject({
    output: expect.stringMatching(/^40 files deleted by (rm|sh)$/),
    count: 40,
  });
  const run = alertOf('Story copied and run');
  expect(run?.output).toBe('/tmp/busybox copied as /tmp/busybox');
  expect(run?.evidence.events).toHaveLength(2);
  expect(run && run.first_seen < run.time).toBe(true);
  expect(alertOf('Story does not end')?.output).toContain('linger');
});

it('tells of its state in the metrics', async () => {
  const response = await fetch(`${stack.api}/metrics`, { headers: { authorization: `Bearer ${stack.token}` } });
  const metrics = await response.text();
  expect(metrics).toMatch(/picket_rule_findings_total\{rule="Story port scan"\} [1-9]/);
  expect(metrics).toMatch(/picket_rule_keys\{rule="Story port scan"\} \d/);
  expect(metrics).toContain('picket_rule_keys_evicted_total{rule="Story bulk delete"} 0');
});
