import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { TracedCgroup } from './testing/traced-cgroup.ts';

let folder = '';
let program = '';

beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'picket-odd-'));
  program = join(folder, 'odd-calls');
  const source = fileURLToPath(new URL('testing/odd-calls.c', import.meta.url));
  const { status, stderr } = spawnSync('gcc', ['-O1', '-static', '-Wall', '-Wextra', '-o', program, source], {
    encoding: 'utf8',
  });
  expect(stderr).toBe('');
  expect(status).toBe(0);
});
afterAll(() => rmSync(folder, { recursive: true }));

it('sees an open through the 32-bit gate', async () => {
  await using cgroup = new TracedCgroup();
  expect((await cgroup.run(`exec ${program} open32 /etc/hostname`)).code).toBe(0);
  const seen = cgroup.of('file.open').find((event) => event.path === '/etc/hostname');
  expect(seen).toMatchObject({ syscall: 257 });
  expect(Number(seen?.flags) & HeaderFlag.compat).toBe(HeaderFlag.compat);
});

it('sees a connect through the 32-bit gate', async () => {
  await using cgroup = new TracedCgroup();
  await cgroup.run(`exec ${program} connect32`);
  expect(cgroup.of('net.connect')).toMatchObject([{ remote_ip: '127.0.0.1', remote_port: 9, syscall: 42 }]);
});

it('sees a connect whose descriptor has bits that the kernel does not look at', async () => {
  await using cgroup = new TracedCgroup();
  await cgroup.run(`exec ${program} connect-high`);
  expect(cgroup.of('net.connect')).toMatchObject([{ remote_ip: '127.0.0.1', remote_port: 9 }]);
});
