import type { Alert } from '@picket/sdk';
import { modelId } from '@picket/sdk/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { allAlerts } from '../support/alerts.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { planInForce, type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';
import { LEARNED } from './learned-rules.ts';

// Rules that ask the profile of the workload: acts done for real by a workload that never did them, and by one that always
// does. Their profiles are brought in as files, since learning takes its time.

const IMAGE = 'registry.example/shop/api';
const TOKEN = '/run/secrets/kubernetes.io/serviceaccount/token';
/** An address outside of private networks (TEST-NET-3, RFC 5737) that both containers have themselves. */
const PEER = '203.0.113.9';
const LOOK_UPS =
  'for i in $(seq 30); do timeout 2 nslookup mzxw6ytboi2gk3dmn5zxi4tj$i.t.example.org 127.0.0.1 & done; wait';

/** What is done, and what it looks up in the profile. */
const ACTS: Readonly<Record<string, readonly [act: string, group: string, ...known: readonly string[]]>> = {
  [LEARNED.token]: [`cat ${TOKEN}`, 'proc.exepath', '/bin/busybox'],
  [LEARNED.api]: ['nc 127.0.0.1 6443', 'proc.exepath', '/bin/busybox'],
  [LEARNED.port]: ['timeout 1 nc -l -p 4444', 'fd.lport', '4444'],
  [LEARNED.random]: ['timeout 1 nc -l -p 40123', 'proc.exepath', '/bin/busybox'],
  [LEARNED.names]: [LOOK_UPS, 'proc.exepath', '/bin/busybox'],
  [LEARNED.datagrams]: [
    `syslogd -R ${PEER}:9999; sleep 1; for i in $(seq 400); do logger $i; done; sleep 2; killall syslogd`,
    'proc.exepath,fd.sport',
    '/bin/busybox',
    '9999',
  ],
};

/** A profile that has heard of all the rules, and knows what the acts do, or not. */
function profileOf(name: string, doesIt: boolean): string {
  const tokens = Object.entries(ACTS).flatMap(([rule, [, group, ...known]]) => {
    const marker = `${rule}(${group})`;
    return doesIt ? [marker, [marker, ...known].join('␟')] : [marker];
  });
  return JSON.stringify({
    picket_profile: 1,
    workload: { key: `${name}/${IMAGE}`, digest: '2', image: IMAGE },
    stage: 'monitor',
    learned: { from: '2026-01-05T00:00:00Z', to: '2026-01-05T03:00:00Z', windows: 1080, runs: 1 },
    does: { baselines: tokens.map((is) => ({ is })) },
  });
}

let stack: Stack;
let stranger: TestContainer;
let usual: TestContainer;

beforeAll(async () => {
  stack = await startStack();
  await planInForce(stack);
  stranger = await startContainer({ name: 'stranger', image: `${IMAGE}:2`, args: ['sleep', '3600'] });
  usual = await startContainer({ name: 'usual', image: `${IMAGE}:2`, args: ['sleep', '3600'] });
  for (const container of [stranger, usual]) {
    await container.addAddress(PEER);
    await container.exec(['sh', '-c', `mkdir -p $(dirname ${TOKEN}) && echo secret >${TOKEN}`]);
  }
});
afterAll(async () => {
  await Promise.all([stranger?.remove(), usual?.remove()]);
  await stack?.stop();
});

async function bringIn(name: string, doesIt: boolean): Promise<void> {
  const id = await modelId(`${name}/${IMAGE}`, '2');
  const response = await fetch(`${stack.api}/api/v1/profiles/${id}`, {
    method: 'PUT',
    headers: { authorization: `Bearer ${stack.token}`, 'content-type': 'application/json' },
    body: JSON.stringify({ yaml: profileOf(name, doesIt), stage: 'monitor' }),
  });
  if (response.status >= 300) throw new Error(`${response.status}: ${await response.text()}`);
}

const alertsOf = async (container: TestContainer): Promise<Alert[]> =>
  (await allAlerts(stack)).filter((alert) => alert.container?.full_id === container.id);

const learnedOf = (alerts: readonly Alert[]): string[] =>
  [...new Set(alerts.map(({ rule }) => rule))].filter((rule) => Object.hasOwn(ACTS, rule)).sort();

it('find what the workload never did, and nothing that it always does', async () => {
  for (const [act] of Object.values(ACTS)) await stranger.exec(['sh', '-c', act]);
  // nothing is known of either yet
  expect(learnedOf(await alertsOf(stranger))).toEqual([]);
  await bringIn('stranger', false);
  await bringIn('usual', true);
  for (const [act] of Object.values(ACTS)) {
    await usual.exec(['sh', '-c', act]);
    await stranger.exec(['sh', '-c', act]);
  }
  const alerts = await waitFor('an alert of every rule', async () => {
    const found = await alertsOf(stranger);
    return learnedOf(found).length === Object.keys(ACTS).length ? found : undefined;
  });
  expect(learnedOf(await alertsOf(usual))).toEqual([]);
  const alertOf = (rule: string) => alerts.find((alert) => alert.rule === rule);
  expect(alertOf(LEARNED.port)).toMatchObject({
    output: expect.stringContaining('port=4444'),
    process: { exepath: '/bin/busybox' },
    mitre: expect.arrayContaining(['T1571']),
  });
  expect(alertOf(LEARNED.names)?.output).toContain('.t.example.org');
});
