import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Alert } from '@picket/sdk';
import { PicketClient } from '@picket/sdk/client';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { startContainer, type TestContainer } from '../support/container.ts';
import { waitFor } from '../support/wait-for.ts';
import { StartCommand } from './start-command.ts';

// The door of the user: what npm start runs, from the first line it prints to the last process it leaves.

const RULE = 'Scheduled job written';

let data: string;
let container: TestContainer;
const commands: StartCommand[] = [];
beforeAll(async () => {
  data = mkdtempSync(join(tmpdir(), 'picket-door-'));
  container = await startContainer({ name: 'door', args: ['sleep', '3600'] });
});
afterAll(async () => {
  for (const command of commands) await command.interrupt();
  await container?.remove();
  rmSync(data, { recursive: true, force: true });
});

async function begin(): Promise<StartCommand> {
  const command = await StartCommand.begin(data);
  commands.push(command);
  return command;
}

const tokenFile = () => join(data, 'admin-token');
const client = ({ api }: StartCommand) =>
  new PicketClient({ baseUrl: api, token: readFileSync(tokenFile(), 'utf8').trim() });

/** A job for cron under a name of its own: each is an alert of its own. */
const plant = (name: string) => container.exec(['sh', '-c', `mkdir -p /etc/cron.d; echo job > /etc/cron.d/${name}`]);

/** The alert about a job, once the Picket that runs now has it. */
async function alertOf(command: StartCommand, name: string): Promise<Alert> {
  return await waitFor(`the alert about ${name}`, async () => {
    const { items } = await client(command).alerts.list({ rule: RULE, container: container.id });
    return items.find(({ output_fields }) => output_fields['fd.name'] === `/etc/cron.d/${name}`);
  });
}

let first: StartCommand;

it('prints where the console and the token are, and both work', async () => {
  first = await begin();
  await first.printed(/Stop {5}Ctrl-C/);
  expect(first.output).toContain(`Console  ${first.api}\n`);
  expect(first.output).toContain(`Token    in ${tokenFile()}\n`);
  expect(statSync(tokenFile()).mode & 0o777).toBe(0o600);
  expect(first.output).not.toContain(readFileSync(tokenFile(), 'utf8').trim());
  expect(await client(first).whoami()).toMatchObject({ role: 'admin' });
  const page = await fetch(first.api);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
});

it('watches a container that ran before it', async () => {
  await plant('one');
  expect((await alertOf(first, 'one')).container).toMatchObject({ full_id: container.id, name: 'door' });
});

it('refuses a second start on the same data folder, and the first goes on', async () => {
  const second = await begin();
  expect(await second.ended()).toBe(1);
  expect(second.output).toMatch(/^Picket already runs on this data folder, as process \d+: stop it first/m);
  await plant('two');
  await alertOf(first, 'two');
});

it('ends with all its processes when it is interrupted', async () => {
  const processes = first.processes();
  for (const part of ['nats-server', 'control-plane/src/main.ts', 'agent/src/main.ts'])
    expect(processes.map(({ command }) => command).join('\n')).toContain(part);
  expect(await first.interrupt()).toBe(0);
  // programs and maps of the kernel live as long as the descriptors of the processes that loaded them
  expect(processes.filter(({ pid }) => existsSync(`/proc/${pid}`))).toEqual([]);
  expect(first.output).toMatch(/Picket: stopped \([\d.]+ s\)\n$/);
});

it('goes on with what it had when it is started again', async () => {
  const again = await begin();
  await again.printed(/Stop {5}Ctrl-C/);
  for (const name of ['one', 'two']) expect((await alertOf(again, name)).container?.full_id).toBe(container.id);
  await plant('three');
  await alertOf(again, 'three');
  expect(await again.interrupt()).toBe(0);
});
