import { rmSync, symlinkSync } from 'node:fs';
import { createServer, type Server } from 'node:net';
import { join } from 'node:path';
import { HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileCalls } from './testing/compile-calls.ts';
import { TracedCgroup } from './testing/traced-cgroup.ts';

let folder = '';
let program = '';
let cgroup: TracedCgroup;
const servers: Server[] = [];
const ABSTRACT = `picket-test-${process.pid}`;

beforeAll(async () => {
  ({ folder, program } = compileCalls('net-calls'));
  for (const path of [join(folder, 'docker.sock'), `\0${ABSTRACT}`])
    await new Promise<void>((resolve) => servers.push(createServer().listen(path, resolve)));
  symlinkSync(join(folder, 'docker.sock'), join(folder, 'harmless'));
});
afterAll(() => {
  for (const server of servers) server.close();
  rmSync(folder, { recursive: true });
});

/** Runs a connect in the cgroup; gives the one record, and what the program says of the descriptor. */
async function connect(...args: string[]) {
  const { stdout } = await cgroup.run(`exec ${program} ${args.join(' ')}`, { cwd: folder });
  const [fd, inode, result] = stdout.trim().split(' ');
  return { seen: cgroup.of('net.unix'), truth: { fd: Number(fd), socket: inode, result: Number(result) } };
}

describe.each([false, true])('net.unix, in the build for older kernels: %s', (portable) => {
  beforeAll(() => {
    cgroup = new TracedCgroup({ trace: true, portable });
  });
  beforeEach(() => {
    cgroup.seen.length = 0;
  });
  afterAll(() => cgroup[Symbol.asyncDispose]());

  it('tells the socket behind a symbolic link and who listens', async () => {
    const { seen, truth } = await connect('unix', 'stream', 'harmless');
    expect(truth.result).toBe(0);
    const path = join(folder, 'docker.sock');
    const known = { type: 1, abstract: 0, path, peer_pid: process.pid, flags: 0, syscall: 42, slot: 7, generation: 3 };
    expect(seen).toMatchObject([{ ...truth, ...known }]);
    expect(cgroup.source.losses()).toEqual([]);
  });

  it('tells an abstract name', async () => {
    const { seen, truth } = await connect('unix', 'stream', `@${ABSTRACT}`);
    expect(seen).toMatchObject([{ ...truth, result: 0, abstract: 1, path: ABSTRACT, peer_pid: process.pid, flags: 0 }]);
  });

  it('tells what a failed connect asked for, and says that it is only that', async () => {
    const { seen, truth } = await connect('unix', 'dgram', './nothing.sock');
    const known = { type: 2, abstract: 0, path: './nothing.sock', peer_pid: 0, result: -2, flags: HeaderFlag.userPath };
    expect(seen).toMatchObject([{ ...truth, ...known }]);
  });

  it('tells an abstract name that nobody listens to', async () => {
    const { seen } = await connect('unix', 'stream', '@nobody');
    expect(seen).toMatchObject([{ abstract: 1, path: 'nobody', result: -111, flags: HeaderFlag.userPath }]);
  });

  it('sees a connect to a unix socket through the 32-bit gate', async () => {
    const { seen, truth } = await connect('unix32', join(folder, 'docker.sock'));
    expect(seen).toMatchObject([
      { ...truth, result: 0, path: join(folder, 'docker.sock'), flags: HeaderFlag.compat, syscall: 42 },
    ]);
  });

  it('takes a name as long as there is room for', async () => {
    const name = 'x'.repeat(107);
    const { seen } = await connect('unix', 'stream', `@${name}`);
    expect(seen).toMatchObject([{ abstract: 1, path: name, result: -111 }]);
  });

  it('keeps connects to internet sockets apart', async () => {
    await cgroup.run(`exec ${program} flood 1 1`);
    expect(cgroup.of('net.connect')).toHaveLength(1);
    expect(cgroup.of('net.unix')).toEqual([]);
  });
});
