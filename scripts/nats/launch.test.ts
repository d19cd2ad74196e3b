import { chmod, mkdir, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { freePort } from './free-port.ts';
import { type LaunchOptions, launchNats, type NatsServer } from './launch.ts';
import type { NatsExit } from './server-process.ts';

let data: string;
const servers: NatsServer[] = [];

async function launch(more: Partial<LaunchOptions> = {}): Promise<NatsServer> {
  const server = await launchNats({ data, ...more });
  servers.push(server);
  return server;
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};
const modeOf = async (...path: string[]) => ((await stat(join(data, ...path))).mode & 0o777).toString(8);

beforeEach(async () => {
  data = await mkdtemp(join(tmpdir(), 'picket-launch-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) await server.kill();
  await rm(data, { recursive: true, force: true });
});

test('keys are made once, readable by their owner only, and kept', async () => {
  const first = await launch();
  const seeds = await Promise.all(
    ['agent', 'control-plane', 'subscriber'].map((role) => readFile(join(data, 'credentials', `${role}.nk`), 'utf8')),
  );
  expect(new Set(seeds).size).toBe(3);
  expect(await modeOf('credentials')).toBe('700');
  expect(await modeOf('credentials', 'agent.nk')).toBe('600');
  expect(await modeOf('nats', 'nats.conf')).toBe('600');
  expect(await readFile(join(data, 'nats', 'nats.conf'), 'utf8')).not.toContain(seeds[0]);
  await first.stop();
  await chmod(join(data, 'credentials'), 0o755);
  await chmod(join(data, 'credentials', 'agent.nk'), 0o644);
  const second = await launch();
  expect(await readFile(second.credentials.agent.seedFile, 'utf8')).toBe(seeds[0]);
  expect([await modeOf('credentials'), await modeOf('credentials', 'agent.nk')]).toEqual(['700', '600']);
});

test('a broken key is named with what to do, and not shown', async () => {
  await mkdir(join(data, 'credentials'));
  await writeFile(join(data, 'credentials', 'agent.nk'), 'SUBROKEN');
  const error: Error = await launch().then(
    () => new Error('it started'),
    (reason) => reason,
  );
  expect(error).toMatchObject({ code: 'NATS_SEED_INVALID', message: expect.stringContaining('agent.nk') });
  expect(error.message).not.toContain('SUBROKEN');
});

test('a missing nats-server is named with its Debian package', async () => {
  await expect(launch({ program: join(data, 'nowhere') })).rejects.toMatchObject({
    code: 'NATS_MISSING',
    message: expect.stringContaining('Debian package nats-server'),
  });
});

test('a server that ends at once tells why', async () => {
  const { port } = await launch();
  const other = await mkdtemp(join(tmpdir(), 'picket-launch-'));
  try {
    await expect(launch({ data: other, port })).rejects.toMatchObject({
      code: 'NATS_EXITED',
      message: expect.stringContaining('address already in use'),
    });
  } finally {
    await rm(other, { recursive: true, force: true });
  }
});

test('a program that never becomes ready is ended', async () => {
  const program = join(data, 'sleeper');
  const pidFile = join(data, 'sleeper.pid');
  await writeFile(program, `#!/bin/sh\necho $$ > ${pidFile}\nexec sleep 60\n`, { mode: 0o755 });
  await expect(launch({ program, readyMs: 500 })).rejects.toMatchObject({ code: 'NATS_NOT_READY' });
  expect(isAlive(Number(await readFile(pidFile, 'utf8')))).toBe(false);
});

test('an end that nobody asked for is reported, an asked one is not', async () => {
  const exits: NatsExit[] = [];
  const server = await launch({ onExit: (exit) => exits.push(exit) });
  process.kill(server.pid, 'SIGKILL');
  while (exits.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  expect(exits).toMatchObject([{ signal: 'SIGKILL' }]);
  const again = await launch({ onExit: (exit) => exits.push(exit) });
  await again.stop();
  expect(isAlive(again.pid)).toBe(false);
  expect(exits).toHaveLength(1);
});

test('a server that an earlier start left behind is ended before the store is opened again', async () => {
  const orphan = await launch();
  const next = await launch({ port: await freePort() });
  expect(isAlive(orphan.pid)).toBe(false);
  expect(isAlive(next.pid)).toBe(true);
});

test('the pid file of another program harms nobody', async () => {
  await mkdir(join(data, 'nats'));
  await writeFile(join(data, 'nats', 'nats.pid'), `${process.pid}`);
  expect(isAlive((await launch()).pid)).toBe(true);
});

test('a data folder that the configuration can not name is refused', async () => {
  await expect(launch({ data: join(data, 'a"b') })).rejects.toMatchObject({ code: 'NATS_CONFIG_INVALID' });
});
