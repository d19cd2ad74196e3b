import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { readRunFile } from '@picket/cli';
import { afterAll, afterEach, beforeAll, expect, it } from 'vitest';
import { identityOf, isAlive, type ProcessIdentity, parseIdentity } from './start/process-identity.ts';
import { CommandProcess, started } from './testing/command-process.ts';

// The command itself with everything real: bus, control plane, probes. One story, for starting takes seconds.

let data: string;
const starts: CommandProcess[] = [];
beforeAll(() => {
  data = mkdtempSync(join(tmpdir(), 'picket-start-'));
});
afterEach(async () => {
  for (const command of starts.splice(0)) await command.end('SIGTERM');
});
afterAll(() => rmSync(data, { recursive: true, force: true }));

function start(...args: string[]): CommandProcess {
  const command = new CommandProcess(data, 'scripts/start.ts', ...args);
  starts.push(command);
  return command;
}

function part(name: 'agent' | 'control-plane' | 'nats'): ProcessIdentity {
  const file = join(data, name === 'nats' ? 'nats/nats.pid' : `run/${name}.pid`);
  const text = readFileSync(file, 'utf8');
  const identity = name === 'nats' ? identityOf(Number(text)) : parseIdentity(text);
  if (!identity) throw new Error(`${file} names no process`);
  return identity;
}

const parts = () => [part('agent'), part('control-plane'), part('nats')];
const readyStatus = (api: string) =>
  fetch(`${api}/readyz`).then(
    ({ status }) => status,
    () => 0,
  );

it('starts everything, keeps it running, refuses a second start, and ends clean', async () => {
  const first = start();
  const api = await started(first);
  const token = readFileSync(join(data, 'admin-token'), 'utf8').trim();
  expect(await readyStatus(api)).toBe(200);
  expect(readRunFile(data)).toMatchObject({ api });
  expect(statSync(data).mode & 0o777).toBe(0o700);
  expect(statSync(join(data, 'admin-token')).mode & 0o777).toBe(0o600);
  expect(first.stdout + first.stderr).not.toContain(token);

  const second = start();
  expect(await second.exitCode()).toBe(1);
  expect(second.stderr).toMatch(/^Picket already runs on this data folder, as process \d+: stop it first/);

  for (const name of ['control-plane', 'agent', 'nats'] as const) {
    const victim = part(name);
    process.kill(victim.pid, 'SIGKILL');
    await expect.poll(() => isAlive(victim)).toBe(false);
    await expect
      .poll(() => first.stderr, { timeout: 30_000 })
      .toMatch(new RegExp(`${name.replace('-', '.')}\\S* runs again`));
    await expect.poll(() => readyStatus(api), { timeout: 30_000 }).toBe(200);
  }
  expect(first.stderr).toContain('control plane ended unexpectedly with signal SIGKILL; starting it again in 0.5 s');

  const running = parts();
  expect(await first.end('SIGINT')).toBe(0);
  expect(running.filter(isAlive)).toEqual([]);
  expect(readRunFile(data)).toBeUndefined();
  expect(existsSync(join(data, 'run/lock'))).toBe(false);
});

it('goes on with the old data, also after it was killed and its parts were left behind', async () => {
  const token = readFileSync(join(data, 'admin-token'), 'utf8');
  const first = start();
  await started(first);
  const left = parts();
  await first.end('SIGKILL');

  const second = start();
  const api = await started(second);
  expect(left.filter(isAlive)).toEqual([]);
  expect(readFileSync(join(data, 'admin-token'), 'utf8')).toBe(token);
  const answer = await fetch(`${api}/api/v1/whoami`, { headers: { authorization: `Bearer ${token.trim()}` } });
  expect(answer.status).toBe(200);
  expect(await second.end('SIGTERM')).toBe(0);
});

it('says which capture it can not replay, and starts nothing', async () => {
  const none = start('--replay', join(data, 'admin-token'));
  expect(await none.exitCode()).toBe(1);
  expect(none.stderr).toMatch(/^this is not a Picket capture/);
  const wrong = start('--speed', '2');
  expect(await wrong.exitCode()).toBe(2);
});
