import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { jetstream } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { encodeBatchHeader, eventSubject, nodeToken, partitionOf } from '@picket/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allAlerts } from '../support/alerts.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const RULES = `
- rule: unknown field
  desc: uses a field that does not exist
  condition: evt.type = execve and proc.nosuchfield = x
  output: never
  priority: WARNING
- rule: good neighbour
  desc: must load all the same
  condition: evt.type in (open, openat) and fd.name startswith /tmp/story-marker
  output: opened %fd.name
  priority: NOTICE
`;

let stack: Stack;
let container: TestContainer;
let folder = '';

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-bad-'));
  writeFileSync(join(folder, 'rules.yaml'), RULES);
  stack = await startStack({ rules: folder });
  container = await startContainer({ name: 'bad-input', args: ['sleep', '3600'] });
});
afterAll(async () => {
  await container?.remove();
  await stack?.stop();
  rmSync(folder, { recursive: true });
});

/** Proves that the whole way still works: a new act becomes a new alert. */
async function expectAlive(): Promise<void> {
  const marker = `story-marker-${Math.random().toString(36).slice(2)}`;
  await container.exec(['touch', `/tmp/${marker}`]);
  await waitFor('the alert of the act', async () =>
    (await allAlerts(stack)).find((alert) => alert.output.includes(marker)),
  );
}

async function metric(pattern: RegExp): Promise<number> {
  const response = await fetch(`${stack.api}/metrics`, { headers: { authorization: `Bearer ${stack.token}` } });
  return Number(pattern.exec(await response.text())?.[1] ?? 0);
}

async function publish(bytes: Uint8Array): Promise<void> {
  const nats = await connect({
    servers: stack.nats.url,
    authenticator: nkeyAuthenticator(stack.nats.seeds.agent),
    inboxPrefix: '_INBOX_agent',
  });
  const token = await nodeToken(hostname());
  await jetstream(nats).publish(eventSubject(partitionOf(token), token), bytes);
  await nats.close();
}

const header = (overrides: object) =>
  encodeBatchHeader({
    codec: 0,
    count: 0,
    rawLength: 0,
    firstSequence: 1n,
    agentEpoch: 1n,
    wallOffset: 0n,
    watermark: 0n,
    bootId: new Uint8Array(16),
    node: hostname(),
    losses: [],
    ...overrides,
  });

describe('a batch that can not be used is counted and left out', () => {
  const cases: [string, string, () => Uint8Array][] = [
    ['garbage', 'BATCH_BAD_MAGIC', () => new Uint8Array(200).fill(7)],
    ['too short', 'BATCH_TOO_SHORT', () => new Uint8Array(3)],
    ['another schema', 'BATCH_SCHEMA_UNSUPPORTED', () => new Uint8Array(header({})).fill(99, 4, 5)],
    [
      'a wrong count',
      'BATCH_CORRUPT',
      () => Buffer.concat([header({ count: 2, rawLength: 128 }), new Uint8Array(128)]),
    ],
  ];
  it.each(cases)('%s', async (_, code, make) => {
    const pattern = new RegExp(`^picket_batches_refused_total\\{code="${code}"\\} (\\d+)`, 'm');
    const before = await metric(pattern);
    await publish(make());
    await waitFor(`${code} in the metrics`, async () => ((await metric(pattern)) > before ? true : undefined));
    await expectAlive();
  });
});

it('refuses a rule with an unknown field by name, line and column, and loads the others', async () => {
  const { items, problems } = await stack.get<{ items: { rule: string }[]; problems: Record<string, unknown>[] }>(
    'rules',
  );
  expect(items.map((item) => item.rule)).toContain('good neighbour');
  expect(items.map((item) => item.rule)).not.toContain('unknown field');
  const problem = problems.find((each) => each.rule === 'unknown field');
  expect(problem).toMatchObject({ code: 'RULE_FIELD_UNKNOWN', line: 4 });
  expect(problem?.message).toContain('proc.nosuchfield');
  expect(Number(problem?.column)).toBeGreaterThan(1);
  await expectAlive();
});

it('refuses a missing and a wrong token with a problem document', async () => {
  for (const headers of [undefined, { authorization: 'Bearer pkt_wrong' }]) {
    const response = await fetch(`${stack.api}/api/v1/alerts`, headers ? { headers } : {});
    expect(response.status).toBe(401);
    expect(response.headers.get('content-type')).toContain('application/problem+json');
    expect(await response.json()).toMatchObject({ status: 401, code: headers ? 'AUTH_INVALID' : 'AUTH_MISSING' });
  }
  await expectAlive();
});

it('refuses anonymous clients on the bus', async () => {
  await expect(connect({ servers: stack.nats.url, maxReconnectAttempts: 0 })).rejects.toThrow(/authorization/i);
  await expectAlive();
});
