import { rmSync } from 'node:fs';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileCalls } from './testing/compile-calls.ts';
import { TracedCgroup } from './testing/traced-cgroup.ts';

const [ECONNREFUSED, EINPROGRESS] = [111, 115];
const [CONNECTED, ACCEPTED] = [1, 2];

let folder = '';
let program = '';
let cgroup: TracedCgroup;
beforeAll(() => {
  ({ folder, program } = compileCalls('net-calls'));
});
afterAll(() => rmSync(folder, { recursive: true }));

async function calls(act: string): Promise<number[]> {
  const { code, stdout } = await cgroup.run(`exec ${program} ${act}`);
  expect(code).toBe(0);
  return stdout.trim().split(' ').map(Number);
}
const nsOf = (value: unknown) => BigInt(value as string);

describe.each([false, true])('connections, in the build for older kernels: %s', (portable) => {
  beforeAll(() => {
    cgroup = new TracedCgroup({ trace: true, portable });
  });
  beforeEach(() => {
    cgroup.seen.length = 0;
  });
  afterAll(() => cgroup[Symbol.asyncDispose]());

  it.each([
    ['IPv4', '127.0.0.1', '127.0.0.1', '127.0.0.1', 2],
    ['IPv6', '::1', '::1', '::1', 10],
    ['IPv4 through sockets of IPv6', '::', '::ffff:127.0.0.1', '127.0.0.1', 10],
  ])('are told from both ends, with their bytes: %s', async (_, listens, connects, ip, family) => {
    const [from, to] = await calls(`tcp ${listens} ${connects} 100000 7`);
    const who = { slot: 7, generation: 3, flags: 0, family, protocol: 6 };
    const near = { ...who, local_ip: ip, remote_ip: ip, local_port: from, remote_port: to };
    const far = { ...near, local_port: to, remote_port: from };
    expect(cgroup.of('net.listen')).toMatchObject([
      { ...who, local_ip: listens, local_port: to, backlog: 3, result: 0, syscall: 50 },
    ]);
    const [connect] = cgroup.of('net.connect');
    const [accept] = cgroup.of('net.accept');
    expect(connect).toMatchObject({ ...near, result: 0, fd: 4, count: 1, syscall: 42 });
    expect(accept).toMatchObject({ ...far, fd: accept?.result, syscall: 43 });
    const closes = cgroup.of('net.close');
    expect(closes).toHaveLength(2);
    const client = closes.find((event) => event.role === CONNECTED);
    const server = closes.find((event) => event.role === ACCEPTED);
    expect(client).toMatchObject({ ...near, sent: '100000', received: '7', error: 0, tgid: connect?.tgid });
    expect(server).toMatchObject({ ...far, sent: '7', received: '100000', error: 0, tgid: accept?.tgid });
    expect(nsOf(client?.duration)).toBe(nsOf(client?.time) - nsOf(connect?.time));
    expect(nsOf(server?.duration)).toBe(nsOf(server?.time) - nsOf(accept?.time));
    expect(cgroup.source.losses()).toEqual([]);
  });

  it.each(['127.0.0.1', '::1', '::ffff:127.0.0.1'])('that are refused keep the peer they asked for: %s', async (ip) => {
    const [port, result] = await calls(`refused ${ip}`);
    expect(result).toBe(-ECONNREFUSED);
    const remote_ip = ip.replace('::ffff:', '');
    expect(cgroup.of('net.connect')).toMatchObject([{ remote_ip, remote_port: port, result, protocol: 6, fd: 4 }]);
    expect(cgroup.of('net.close')).toEqual([]);
  });

  it('that begin without waiting are told as in progress, and that they came to nothing when they close', async () => {
    const [port, own, result] = await calls('pending ::1');
    expect(result).toBe(-EINPROGRESS);
    const ends = { remote_ip: '::1', local_ip: '::1', remote_port: port, local_port: own, family: 10 };
    expect(cgroup.of('net.connect').at(-1)).toMatchObject({ ...ends, result, count: 1 });
    expect(cgroup.of('net.close').filter((event) => event.local_port === own)).toMatchObject([
      { ...ends, role: CONNECTED, error: 0, sent: '0', received: '0' },
    ]);
  });
});
