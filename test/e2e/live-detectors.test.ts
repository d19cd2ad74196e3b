import { hostname } from 'node:os';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import type { Alert } from '@picket/sdk';
import { PicketClient } from '@picket/sdk/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startContainer, type TestContainer } from '../support/container.ts';
import { uploadShipped, uploadSource } from '../support/live-detectors.ts';
import { planInForce, type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

// Detectors of users on events of a real kernel: from shadow to alerts on the bus, beside one that never ends.

const LOOPING = `
import { NetConnect } from '@picket/detector';
let rounds: u64 = 0;
export function onNetConnect(e: NetConnect): void {
  while (e.kind != 0) rounds++;
}
`;
const LOOPING_MANIFEST = `
id: looping
version: 1.0.0
summary: Never comes to an end.
language: assemblyscript
kinds: [net.connect]
severity: warning
limits: { deadline_ms: 200 }
`;
const scan = (from: number) =>
  `for p in $(seq ${from} ${from + 24}); do wget -q -O - http://127.0.0.1:$p/ || true; done`;

let stack: Stack;
let client: PicketClient;
let bus: NatsConnection;
const containers: TestContainer[] = [];
/** What came on the bus, the newest revision of each. */
const heard = new Map<string, Alert>();
const ofKind = (kind: string) => [...heard.values()].filter(({ detector }) => detector.kind === kind);

beforeAll(async () => {
  stack = await startStack();
  client = new PicketClient({ baseUrl: stack.api, token: stack.token });
  const authenticator = nkeyAuthenticator(stack.nats.seeds.subscriber);
  bus = await connect({ servers: stack.nats.url, authenticator, inboxPrefix: '_INBOX_subscriber' });
  bus.subscribe('picket.alerts.>', {
    callback: (error, message) => {
      if (error) throw error;
      const alert = message.json<Alert>();
      heard.set(alert.uuid, alert);
    },
  });
  await bus.flush();
});
afterAll(async () => {
  await bus?.close();
  await Promise.all(containers.map((container) => container.remove()));
  await stack?.stop();
});

async function scanned(name: string, from: number): Promise<TestContainer> {
  const container = await startContainer({ name, args: ['sleep', '3600'] });
  containers.push(container);
  await container.exec(['sh', '-c', scan(from)]);
  return container;
}

const stateOf = async (name: string) => (await client.detectors.stats(name)).items[0];

it('a detector in shadow records what it finds, and nobody is alerted', async () => {
  const { stage } = await uploadShipped(client, 'port-scan');
  expect(stage).toBe('shadow');
  await waitFor('the plan to ask for connects', async () => {
    const plan = await stack.get<{ kinds: string[] }>('plan');
    return plan.kinds.includes('net.connect') || undefined;
  });
  await planInForce(stack);
  const container = await scanned('shadowed', 3000);
  const [found] = await waitFor('the recorded finding', async () => {
    const { items } = await client.detectors.findings('port-scan');
    return items.length > 0 ? items : undefined;
  });
  expect(found?.alert).toMatchObject({
    rule: 'Port scan',
    detector: { kind: 'wasm', id: 'port-scan' },
    container: { full_id: container.id, name: 'shadowed' },
    event: { kind: 'net.connect' },
    incident: null,
  });
  expect(ofKind('wasm')).toEqual([]);
});

it('once promoted it alerts, with all that is known of the act', async () => {
  const { stages } = await client.detectors.get('port-scan');
  const version = stages.shadow?.id ?? '';
  const after = await client.detectors.promote('port-scan', { version, stage: 'active' });
  expect(after.stages).toMatchObject({ shadow: null, active: { id: version } });
  const container = await scanned('scanner', 4000);
  const alert = await waitFor('the alert on the bus', () => ofKind('wasm')[0]);
  expect(alert).toMatchObject({
    rule: 'Port scan',
    priority: 'Warning',
    source: 'detector',
    output: '20 different ports of 127.0.0.1 were tried within 60 s',
    detector: { kind: 'wasm', id: 'port-scan', version: '1.0.0' },
    container: { full_id: container.id, name: 'scanner' },
    process: { name: 'wget' },
    mitre: ['T1046'],
    evidence: { metadata: 'complete' },
  });
  expect(alert.process?.ancestors[0]?.name).toBe('sh');
  expect(alert.incident).not.toBeNull();
  const stored = await waitFor('the alert in the store', async () => {
    const { items } = await client.alerts.list({ rule: 'Port scan' });
    return items.length > 0 ? items : undefined;
  });
  expect(stored.map(({ uuid }) => uuid)).toEqual([alert.uuid]);
});

it('a canary alerts where it is let, and the version before it is only recorded there', async () => {
  const active = (await client.detectors.get('port-scan')).stages.active?.id ?? '';
  const { id } = await uploadShipped(client, 'port-scan', '9.0.0');
  await client.detectors.promote('port-scan', { version: id, stage: 'canary', canary: { nodes: [hostname()] } });
  const container = await scanned('canary', 4500);
  const inCanary = () => ofKind('wasm').filter((alert) => alert.container?.full_id === container.id);
  await waitFor('the alert of the canary', () => inCanary()[0]);
  await waitFor('the finding of the active version', async () => {
    const { items } = await client.detectors.findings('port-scan', { version: active });
    return items.find(({ alert }) => alert.container?.full_id === container.id);
  });
  expect(inCanary().map(({ detector }) => detector.version)).toEqual(['9.0.0']);
  await client.detectors.rollback('port-scan');
  expect((await client.detectors.get('port-scan')).stages).toMatchObject({ canary: null, active: { id: active } });
});

it('one that loops is quarantined with an alert, and the other goes on finding', async () => {
  const { id } = await uploadSource(client, LOOPING_MANIFEST, LOOPING);
  await client.detectors.promote('looping', { version: id, stage: 'active' });
  const scans = 4;
  for (let i = 0; i < scans; i++) await scanned(`beside-${i}`, 5000 + 100 * i);
  await waitFor(
    'every scan',
    () => ofKind('wasm').filter(({ container }) => container?.name?.startsWith('beside-')).length >= scans || undefined,
  );
  const quarantine = await waitFor('the quarantine', () => ofKind('system')[0]);
  expect(quarantine).toMatchObject({
    rule: 'Detector quarantined',
    source: 'picket',
    output_fields: { 'detector.name': 'looping', 'detector.version_id': id },
  });
  expect(await stateOf('looping')).toMatchObject({ state: 'quarantined' });
  const scanner = await stateOf('port-scan');
  expect(scanner).toMatchObject({ state: 'running', traps: {} });
  expect(Object.values(scanner?.skipped ?? {}).every((count) => count === 0)).toBe(true);
});

it('tells of detectors in the metrics', async () => {
  const response = await fetch(`${stack.api}/metrics`, { headers: { authorization: `Bearer ${stack.token}` } });
  const metrics = await response.text();
  expect(metrics).toMatch(/picket_detector_findings_total\{name="port-scan",version="1.0.0",stage="active"\} [1-9]/);
  expect(metrics).toMatch(/picket_detector_faults_total\{name="looping",.*code="DETECTOR_\w+"\} [1-9]/);
  expect(metrics).toMatch(/picket_detector_skipped_total\{name="looping",.*reason="quarantine"\} [1-9]/);
  expect(metrics).toMatch(/picket_detector_hosts 1\n/);
});

it('where no hosts are to run detectors are kept, and none runs', async () => {
  const off = await startStack({ withoutAgent: true, env: { PICKET_DETECTOR_HOSTS: 'off' } });
  try {
    const there = new PicketClient({ baseUrl: off.api, token: off.token });
    const { id } = await uploadShipped(there, 'port-scan');
    await there.detectors.promote('port-scan', { version: id, stage: 'active' });
    expect((await there.detectors.stats('port-scan')).items).toEqual([]);
    const plan = await off.get<{ kinds: string[] }>('plan');
    expect(plan.kinds).toContain('net.connect');
  } finally {
    await off.stop();
  }
});
