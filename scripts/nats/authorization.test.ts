import { execFile } from 'node:child_process';
import { copyFile, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { nodeToken } from '@picket/sdk';
import { afterEach, beforeEach, expect, test } from 'vitest';

const run = promisify(execFile);
const script = fileURLToPath(new URL('authorization.ts', import.meta.url));
const shipped = fileURLToPath(new URL('../../deploy/nats/nats.conf', import.meta.url));
let folder: string;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'picket-authorization-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

test('the shipped configuration is valid with the printed authorization, and keys are kept', async () => {
  const keys = join(folder, 'keys');
  const first = await run(process.execPath, [script, '--keys', keys, 'node-1']);
  const seed = await readFile(join(keys, 'agent.nk'), 'utf8');
  const second = await run(process.execPath, [script, '--keys', keys, 'node-1', 'node-2']);
  expect(await readFile(join(keys, 'agent.nk'), 'utf8')).toBe(seed);
  expect(first.stdout).not.toContain(await nodeToken('node-2'));
  expect(second.stdout).toContain(await nodeToken('node-2'));
  await writeFile(join(folder, 'authorization.conf'), second.stdout);
  await copyFile(shipped, join(folder, 'nats.conf'));
  const { stderr } = await run('/usr/sbin/nats-server', ['--config', join(folder, 'nats.conf'), '-t']);
  expect(stderr).toContain('configuration file');
});

test('without nodes it tells how to be used', async () => {
  await expect(run(process.execPath, [script, '--keys', folder])).rejects.toMatchObject({
    code: 2,
    stderr: expect.stringContaining('usage'),
  });
});
