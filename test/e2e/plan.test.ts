import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { EventCursor, FileOpen, HeaderFlag, Kind, kindName, type ProbePlan, ProcessExec } from '@picket/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { unpackBatch } from '../../sdk/cli/src/capture/unpack.ts';
import { allAlerts } from '../support/alerts.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { planInForce, type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

const EXECS = 400;

const rule = (name: string, path: string) => `
- rule: ${name}
  desc: a file of the story was read
  condition: evt.type in (open, openat) and evt.is_open_read = true and fd.name = ${path}
  output: read %fd.name
  priority: WARNING
`;
/** The shipped rules ask for more than a story about few paths can use. */
const noneOfTheShipped = (names: readonly string[]) =>
  names.map((name) => `- rule: ${name}\n  enabled: false\n`).join('');

/** What the stream holds of containers, from the moment this is opened. */
class Seen {
  readonly kinds = new Set<string>();
  readonly opens: string[] = [];
  readonly execs: string[] = [];
  readonly #connection: NatsConnection;

  private constructor(connection: NatsConnection) {
    this.#connection = connection;
    connection.subscribe('picket.events.>', {
      callback: (error, message) => {
        if (!error) this.#read(message.data);
      },
    });
  }

  static async open(stack: Stack): Promise<Seen> {
    const authenticator = nkeyAuthenticator(stack.nats.seeds['control-plane']);
    const servers = stack.nats.url;
    const connection = await connect({ servers, authenticator, inboxPrefix: '_INBOX_control-plane' });
    const seen = new Seen(connection);
    await connection.flush();
    return seen;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#connection.close();
  }

  #read(message: Uint8Array): void {
    const cursor = new EventCursor().open(unpackBatch(message).records);
    while (cursor.next()) {
      if ((cursor.flags & HeaderFlag.snapshot) !== 0) continue;
      this.kinds.add(kindName(cursor.kind));
      if (cursor.kind === Kind.FileOpen) this.opens.push(cursor.string(FileOpen.path));
      if (cursor.kind === Kind.ProcessExec) this.execs.push(cursor.string(ProcessExec.path));
    }
  }
}

let folder = '';
let stack: Stack;
let container: TestContainer;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-plan-'));
  // learned behaviour asks for all that containers do
  stack = await startStack({ rules: folder, env: { PICKET_BEHAVIOUR: 'off' } });
  const { items } = await stack.get<{ items: { rule: string }[] }>('rules');
  writeFileSync(
    join(folder, 'a.yaml'),
    noneOfTheShipped(items.map((item) => item.rule)) + rule('first', '/tmp/only-this'),
  );
  await restart();
  container = await startContainer({ name: 'planned', args: ['sleep', '3600'] });
});
afterAll(async () => {
  await container?.remove();
  await stack?.stop();
  rmSync(folder, { recursive: true });
});

async function restart(): Promise<void> {
  await stack.control.stop();
  await stack.startControl();
  await planInForce(stack);
}

const touch = (path: string) => container.exec(['sh', '-c', `: > ${path}; cat ${path} /etc/hostname`]);
const alertOf = (name: string) =>
  waitFor(`an alert of rule ${name}`, async () => (await allAlerts(stack)).find((alert) => alert.rule === name));

it('asks the agent for what one rule needs, and nothing else leaves the node', async () => {
  const plan = await stack.get<ProbePlan>('plan');
  expect(plan).toMatchObject({ opens: { read: 'listed', write: 'listed', failed: 'none' }, calls: [] });
  expect(plan.paths).toEqual([{ prefix: '/tmp/only-this', for: ['read', 'write'], mustSee: true, ignore: false }]);
  expect(await planInForce(stack)).toBe(plan.revision);
  const metrics = await fetch(`${stack.api}/metrics`, { headers: { authorization: `Bearer ${stack.token}` } });
  expect(await metrics.text()).toContain('picket_plan_nodes{state="current"} 1');

  await using seen = await Seen.open(stack);
  await touch('/tmp/another');
  await container.exec(['sh', '-c', 'mkdir /tmp/made; ln -s a /tmp/b; wget -q -O - http://127.0.0.1:9/']);
  await touch('/tmp/only-this');
  await alertOf('first');
  expect(new Set(seen.opens)).toEqual(new Set(['/tmp/only-this']));
  for (const kind of ['file.modify', 'net.connect', 'syscall.notable']) expect(seen.kinds).not.toContain(kind);
  expect(seen.execs).toContain('/bin/busybox');
});

it('changes the plan while the agent runs, and loses no other event', async () => {
  await using seen = await Seen.open(stack);
  const before = await planInForce(stack);
  const execs = `i=0; while [ $i -lt ${EXECS} ]; do /bin/busybox true || exit 1; i=$((i+1)); /bin/busybox sleep 0.02; done`;
  const running = container.exec(['sh', '-c', execs]);
  await waitFor('the first programs', () => (seen.execs.length > 5 ? true : undefined));
  writeFileSync(join(folder, 'b.yaml'), rule('second', '/tmp/also-this'));
  await restart();
  expect(await planInForce(stack)).not.toBe(before);
  expect((await running).code).toBe(0);
  await touch('/tmp/also-this');
  await touch('/tmp/only-this');
  await alertOf('second');
  expect(seen.execs.filter((path) => path === '/bin/busybox').length).toBeGreaterThanOrEqual(2 * EXECS);
  await waitFor('a further alert of the first rule', async () =>
    (await allAlerts(stack)).filter((alert) => alert.rule === 'first').reduce((sum, { count }) => sum + count, 0) > 1
      ? true
      : undefined,
  );
});

it('does not start with a plan file that can not be used, and says why', async () => {
  await expect(startStack({ plan: 'budgets: {file.open: lots}', withoutAgent: true })).rejects.toThrow(
    /PICKET_PLAN_FILE .*budgets\.file\.open/,
  );
});
