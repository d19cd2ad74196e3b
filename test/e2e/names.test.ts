import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Alert } from '@picket/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { allAlerts } from '../support/alerts.ts';
import { startContainer, type TestContainer } from '../support/container.ts';
import { type Stack, startStack } from '../support/stack.ts';
import { waitFor } from '../support/wait-for.ts';

// Names that come from the container itself: of users from its files, of addresses from the DNS answers it got.

const RULES = `
- rule: file of the story
  desc: a file of the story was read
  condition: evt.type in (open, openat) and evt.is_open_read = true and fd.name startswith /tmp/story-
  output: "%fd.name read by %user.name of %group.name at home in %user.homedir with %user.shell"
  priority: WARNING
- rule: peer of the story
  desc: a connection to the peer of the story was tried
  condition: evt.type = connect and fd.sport = 4567 and fd.sip.name = shop.example
  output: "connection to %fd.sip.name at %fd.sip"
  priority: WARNING
`;
const DNS_SERVER = fileURLToPath(new URL('../support/dns-server.ts', import.meta.url));

let folder: string;
let stack: Stack;
let container: TestContainer;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-names-'));
  writeFileSync(join(folder, 'rules.yaml'), RULES);
  stack = await startStack({ rules: join(folder, 'rules.yaml'), env: { PICKET_SNAPSHOT_SECONDS: '1' } });
  container = await startContainer({ name: 'named', image: 'registry.example/story:1', args: ['sleep', '3600'] });
});
afterAll(async () => {
  await container?.remove();
  await stack?.stop();
  rmSync(folder, { recursive: true, force: true });
});

const alertOf = (what: string, rule: string, test: (alert: Alert) => boolean = () => true) =>
  waitFor(what, async () => (await allAlerts(stack)).find((alert) => alert.rule === rule && test(alert)));

/** Reads a file of its own as a user of the container; the alert tells who it was. */
async function readAs(user: string, file: string): Promise<Alert> {
  await container.exec(['sh', '-c', `echo x > ${file}`]);
  const { code, stderr } = await container.exec(['cat', file], { user });
  expect([code, stderr]).toEqual([0, '']);
  return alertOf(`the alert of ${file}`, 'file of the story', ({ output_fields }) => output_fields['fd.name'] === file);
}

/** What the alert of a later file says, once it says what is waited for: the files are looked at every second. */
async function laterAs(user: string, file: string, name: string | null): Promise<Alert['output_fields']> {
  let tries = 0;
  return waitFor(`the name ${name}`, async () => {
    const { output_fields } = await readAs(user, `${file}-${tries++}`);
    return output_fields['user.name'] === name ? output_fields : undefined;
  });
}

describe('the user of a container', () => {
  it('is called as its passwd file calls it', async () => {
    expect((await readAs('1000:1000', '/tmp/story-app')).output).toBe(
      '/tmp/story-app read by app of app at home in /home/app with /bin/sh',
    );
    expect((await readAs('33:42', '/tmp/story-www')).output_fields).toMatchObject({
      'user.name': 'www-data',
      'group.name': 'shadow',
    });
    expect((await readAs('77:77', '/tmp/story-nobody')).output_fields).toMatchObject({
      'user.name': null,
      'group.name': null,
    });
  });

  it('gets its name when it is added while the container runs', async () => {
    const act = 'echo bob:x:1234:1234::/:/bin/sh >> /etc/passwd; echo builders:x:1234: >> /etc/group';
    expect((await container.exec(['sh', '-c', act])).code).toBe(0);
    expect(await laterAs('1234:1234', '/tmp/story-bob', 'bob')).toMatchObject({ 'group.name': 'builders' });
  });

  it('has no name any more when its file leads elsewhere', async () => {
    const act = 'mv /etc/passwd /etc/passwd.own; ln -s /proc/self/root/etc/passwd.own /etc/passwd';
    expect((await container.exec(['sh', '-c', act])).code).toBe(0);
    expect(await laterAs('33:33', '/tmp/story-less', null)).toMatchObject({ 'group.name': 'www-data' });
  });
});

describe('the peer of a container', () => {
  let server: ChildProcess;
  beforeAll(async () => {
    const args = [
      '--target',
      String(container.pid),
      '--net',
      process.execPath,
      DNS_SERVER,
      'shop.example',
      '127.0.0.5',
    ];
    server = spawn('nsenter', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    await once(server.stdout ?? server, 'data');
  });
  afterAll(async () => {
    const ended = once(server, 'close');
    server.kill();
    await ended;
  });

  it('is called as the answer called it that led there', async () => {
    const act = 'nslookup -type=a shop.example 127.0.0.1 && nc -w 1 127.0.0.5 4567';
    expect((await container.exec(['sh', '-c', act])).stdout).toContain('127.0.0.5');
    expect((await alertOf('the alert of the connection', 'peer of the story')).output).toBe(
      'connection to shop.example at 127.0.0.5',
    );
  });
});
