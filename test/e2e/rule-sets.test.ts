import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { EventCursor, FileOpen, HeaderFlag, Kind } from '@picket/sdk';
import { PicketClient } from '@picket/sdk/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unpackBatch } from '../../sdk/cli/src/capture/unpack.ts';
import { run } from '../../sdk/cli/src/run.ts';
import { allAlerts } from '../support/alerts.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { EVERY_EVENT, planInForce, type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const NUMBERED = '/tmp/numbered/';
const OPENS = 3000;

/** Every event of a rule counts in one alert. */
const counting = (name: string, path: string) => `
- rule: ${name}
  desc: a file of the story was written
  condition: evt.type in (open, openat) and evt.is_open_write = true and fd.name startswith ${path}
  output: written by %proc.exepath
  priority: WARNING
  group_by: container
  cooldown: 1h
`;
const reading = (name: string, path: string) => `
- rule: ${name}
  desc: a file of the story was read
  condition: evt.type in (open, openat) and evt.is_open_read = true and fd.name = ${path}
  output: "%fd.name read by %proc.exepath in %container.image.repository"
  priority: WARNING
`;
/** What the set adds asks the agents for more paths, so that the probe plan changes with it. */
const ADDED = counting('added', NUMBERED) + counting('elsewhere', '/tmp/elsewhere/');

let folder = '';
let stack: Stack;
let container: TestContainer;
let client: PicketClient;
let bus: NatsConnection;
/** How often each numbered open is in the stream. */
const seen = new Map<number, number>();

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-rule-sets-'));
  writeFileSync(
    join(folder, 'base.yaml'),
    counting('counted', NUMBERED) + reading('secret', '/tmp/secret') + reading('control', '/tmp/control'),
  );
  // learned behaviour asks for all that containers do, whatever the rules
  const env = { PICKET_BEHAVIOUR: 'off' };
  stack = await startStack({ rules: folder, plan: EVERY_EVENT.replace('trace: all\n', ''), env });
  client = new PicketClient({ baseUrl: stack.api, token: stack.token });
  container = await startContainer({ name: 'rule-sets', args: ['sleep', '3600'] });
  await container.exec(['sh', '-c', `mkdir ${NUMBERED} /tmp/elsewhere; : > /tmp/secret; : > /tmp/control`]);
  const authenticator = nkeyAuthenticator(stack.nats.seeds['control-plane']);
  bus = await connect({ servers: stack.nats.url, authenticator, inboxPrefix: '_INBOX_control-plane' });
  bus.subscribe('picket.events.>', {
    callback: (error, message) => {
      if (!error) note(message.data);
    },
  });
  await bus.flush();
});
afterAll(async () => {
  await bus?.close();
  await container?.remove();
  await stack?.stop();
  rmSync(folder, { recursive: true });
});

function note(message: Uint8Array): void {
  const cursor = new EventCursor().open(unpackBatch(message).records);
  while (cursor.next()) {
    if (cursor.kind !== Kind.FileOpen || (cursor.flags & HeaderFlag.snapshot) !== 0) continue;
    const path = cursor.string(FileOpen.path);
    const number = path.startsWith(NUMBERED) ? Number(path.slice(NUMBERED.length)) : Number.NaN;
    if (!Number.isNaN(number)) seen.set(number, (seen.get(number) ?? 0) + 1);
  }
}

const counted = async (rule: string) =>
  (await allAlerts(stack)).filter((alert) => alert.rule === rule).reduce((sum, { count }) => sum + count, 0);
const atLeast = (rule: string, count: number) =>
  waitFor(`${count} matches of ${rule}`, async () => ((await counted(rule)) >= count ? true : undefined));
const read = (path: string) => container.exec(['cat', path]);

/** The words of a command of `picket`, and what it printed. */
async function picket(...words: string[]): Promise<{ code: number; out: string[]; notes: string[] }> {
  const [out, notes]: [string[], string[]] = [[], []];
  const io = {
    out: (line: string) => void out.push(line),
    note: (line: string) => void notes.push(line),
    signal: new AbortController().signal,
  };
  const config = { data: stack.nats.folder, natsUrl: undefined, seedFile: undefined, loginFile: join(folder, 'none') };
  const tokenFile = join(stack.nats.folder, 'admin-token');
  const code = await run([...words, '--url', stack.api, '--token-file', tokenFile], config, io);
  return { code, out, notes };
}

it('takes another rule set and gives it back under load without losing an event', async () => {
  const script = `i=0; while [ $i -lt ${OPENS} ]; do : > ${NUMBERED}$i; i=$((i+1)); [ $((i % 10)) -ne 0 ] || /bin/busybox sleep 0.03; done`;
  const before = await client.rules.state();
  const load = container.exec(['sh', '-c', script]);
  await waitFor('the first opens', () => (seen.size > 300 ? true : undefined));
  expect(await counted('added')).toBe(0);

  const set = await client.rules.sets.create({ files: [{ name: 'added.yaml', text: ADDED }] });
  const { state } = await client.rules.sets.activate(set.id);
  expect(state.plan).not.toBe(before.plan);
  expect(await planInForce(stack)).toBe(state.plan);
  await atLeast('added', 100);
  const { state: back } = await client.rules.rollback();
  expect(back).toMatchObject({ set: null, digest: before.digest, plan: before.plan });
  expect(seen.size).toBeLessThan(OPENS);

  expect((await load).code).toBe(0);
  await waitFor('the last open', () => (seen.has(OPENS - 1) ? true : undefined));
  expect([seen.size, Math.max(...seen.values())]).toEqual([OPENS, 1]);
  await atLeast('counted', OPENS);
  expect(await counted('counted')).toBe(OPENS);
  const added = await counted('added');
  expect(added).toBeLessThan(OPENS);
  await container.exec(['sh', '-c', `: > ${NUMBERED}${OPENS}`]);
  await atLeast('counted', OPENS + 1);
  expect(await counted('added')).toBe(added);
});

it('refuses a broken set with every place that is wrong, and goes on with what ran', async () => {
  const broken = join(folder, 'broken.txt');
  writeFileSync(broken, `${ADDED}\n- rule: bad\n  condition: proc.nosuch = 1\n  priority: WARNING\n`);
  const before = await client.rules.state();
  const { code, notes } = await picket('rules', 'push', broken, '--activate');
  expect(code).toBe(1);
  expect(notes.join('\n')).toMatch(/broken\.txt:\d+:\d+ rule "bad": .*proc\.nosuch/);
  expect(await client.rules.state()).toEqual(before);
  const reads = await counted('control');
  await read('/tmp/control');
  await atLeast('control', reads + 1);
});

it('has the active set again after a kill -9', async () => {
  const file = join(folder, 'added.txt');
  writeFileSync(file, ADDED);
  const pushed = await picket('rules', 'push', file, '--activate');
  expect([pushed.code, pushed.notes]).toEqual([0, []]);
  const id = pushed.out[0] ?? '';
  await stack.control.kill();
  await stack.startControl();
  expect((await client.rules.state()).set).toBe(id);
  expect((await picket('rules', 'sets')).out.join('\n')).toMatch(new RegExp(`${id.slice(0, 12)} active`));
  const before = await counted('added');
  await planInForce(stack);
  await container.exec(['sh', '-c', `: > ${NUMBERED}${OPENS + 1}`]);
  await atLeast('added', before + 1);
  expect((await picket('rules', 'rollback')).code).toBe(0);
  expect((await client.rules.state()).set).not.toBe(id);
});

it('makes an exception of an alert, shows what it silences, and tells again when its time is over', async () => {
  await read('/tmp/secret');
  const alert = await waitFor('the alert', async () =>
    (await allAlerts(stack)).find(({ rule, evidence }) => rule === 'secret' && evidence.metadata === 'complete'),
  );
  const dry = await picket('rules', 'except', alert.uuid, '--dry-run');
  expect(dry.out.join('\n')).toMatch(/proc\.exepath = "\/bin\/busybox" and .*fd\.name = "\/tmp\/secret"/);
  const proposal = await client.rules.exceptions.propose({ alert: alert.uuid });
  expect(proposal.effect.events).toMatchObject({ before: { alerts: 1, matches: 1 }, after: { alerts: 0, matches: 0 } });
  expect(proposal.effect.alerts).toMatchObject({ looked: 1, silenced: 1 });

  const expires = new Date(Date.now() + 10_000).toISOString();
  const body = { proposal: proposal.id ?? '', owner: 'story', reason: 'ordinary here', expires };
  const exception = await client.rules.exceptions.accept(body);
  const controls = await counted('control');
  await read('/tmp/secret');
  await read('/tmp/control');
  await atLeast('control', controls + 1);
  expect(await counted('secret')).toBe(1);

  await waitFor('the end of the exception', async () =>
    (await client.rules.exceptions.list({ state: 'expired' })).items.find(({ id }) => id === exception.id),
  );
  await read('/tmp/secret');
  await atLeast('secret', 2);
  await waitFor('the count of what was silenced', async () =>
    (await client.rules.exceptions.list()).items.find(({ id, silenced }) => id === exception.id && silenced === 1),
  );
  const actions = (await client.audit.list()).items.filter(({ target }) => target === exception.id);
  expect(actions.map(({ action }) => action)).toEqual([
    'rules.exception.expire',
    'rules.exception.accept',
    'rules.exception.propose',
  ]);
});
