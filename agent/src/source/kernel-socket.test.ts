import { rmSync } from 'node:fs';
import { HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileCalls } from './testing/compile-calls.ts';
import { TracedCgroup } from './testing/traced-cgroup.ts';

const CLOEXEC = 0o2000000;
const [AF_INET, AF_NETLINK, AF_PACKET] = [2, 16, 17];
const [STREAM, RAW, PACKET] = [1, 3, 10];
const ALL = 768; // ETH_P_ALL in network order

let folder = '';
let program = '';
let cgroup: TracedCgroup;
beforeAll(() => {
  ({ folder, program } = compileCalls('net-calls'));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe.each([false, true])('net.socket, in the build for older kernels: %s', (portable) => {
  beforeAll(() => {
    cgroup = new TracedCgroup({ trace: true, portable });
  });
  beforeEach(() => {
    cgroup.seen.length = 0;
  });
  afterAll(() => cgroup[Symbol.asyncDispose]());

  it('tells raw and packet sockets', async () => {
    const made = async (...args: number[]) =>
      Number((await cgroup.run(`exec ${program} socket ${args.join(' ')}`)).stdout);
    const raw = await made(AF_INET, RAW | CLOEXEC, 1);
    const packet = await made(AF_PACKET, RAW, ALL);
    const old = await made(AF_INET, PACKET, ALL);
    await made(AF_INET, RAW, 0);
    await made(AF_INET, STREAM, 0);
    await made(AF_NETLINK, RAW, 0);
    expect(raw).toBeGreaterThan(2);
    const who = { syscall: 41, slot: 7, generation: 3, flags: 0, reserved: 0 };
    expect(cgroup.of('net.socket')).toMatchObject([
      { ...who, domain: AF_INET, type: RAW, protocol: 1, result: raw },
      { ...who, domain: AF_PACKET, type: RAW, protocol: ALL, result: packet },
      { ...who, domain: AF_INET, type: PACKET, protocol: ALL, result: old },
      { ...who, domain: AF_INET, type: RAW, protocol: 0, result: -93 },
    ]);
    expect(cgroup.source.losses()).toEqual([]);
  });

  it('tells an attempt without the right to', async () => {
    await cgroup.run(
      `chmod 755 ${folder} && exec setpriv --bounding-set -net_raw ${program} socket ${AF_PACKET} ${RAW} ${ALL}`,
    );
    expect(cgroup.of('net.socket')).toMatchObject([{ domain: AF_PACKET, result: -1 }]);
  });

  it('sees a raw socket through the 32-bit gate', async () => {
    await cgroup.run(`exec ${program} socket32 ${AF_PACKET} ${RAW} ${ALL}`);
    const seen = cgroup.of('net.socket');
    expect(seen).toMatchObject([
      { domain: AF_PACKET, type: RAW, protocol: ALL, flags: HeaderFlag.compat, syscall: 41 },
    ]);
  });
});
