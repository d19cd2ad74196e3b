import { rmSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeaderFlag, Kind, LossReason } from '@picket/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { compileCalls } from './testing/compile-calls.ts';
import { type Seen, TracedCgroup } from './testing/traced-cgroup.ts';

let folder = '';
let program = '';
let cgroup: TracedCgroup;
beforeAll(() => {
  ({ folder, program } = compileCalls('net-calls'));
});
afterAll(() => rmSync(folder, { recursive: true }));

/** Runs the program in the cgroup; gives the ports it prints. */
async function calls(act: string): Promise<number[]> {
  const { code, stdout } = await cgroup.run(`exec ${program} ${act}`);
  expect(code).toBe(0);
  return stdout.trim().split(' ').map(Number);
}

const sum = (events: readonly Seen[], field: string) => events.reduce((all, event) => all + Number(event[field]), 0);
const flow = (received: number, local: number | undefined, remote: number | undefined) =>
  cgroup.of('net.udp').filter((e) => e.received === received && e.local_port === local && e.remote_port === remote);

/** Waits until the quiet flows have been told: all of `count` datagrams. */
async function told(count: number): Promise<void> {
  for (let tries = 0; tries < 100 && sum(cgroup.of('net.udp'), 'count') < count; tries++) {
    await sleep(50);
    cgroup.drain();
  }
}

describe.each([false, true])('net.udp, in the build for older kernels: %s', (portable) => {
  beforeAll(() => {
    cgroup = new TracedCgroup({ trace: true, portable });
  });
  beforeEach(() => {
    cgroup.seen.length = 0;
  });
  afterAll(() => cgroup[Symbol.asyncDispose]());

  it('tells the first datagram of a flow at once and the others together', async () => {
    const [from, to] = await calls('flood 500 20');
    const who = { local_ip: '127.0.0.1', remote_ip: '127.0.0.1', family: 2, protocol: 17, slot: 7, generation: 3 };
    expect(flow(0, from, to)[0]).toMatchObject({ ...who, count: 1, bytes: '20', syscall: 44, flags: 0 });
    await told(1000);
    const sent = flow(0, from, to);
    expect([sum(sent, 'count'), sum(sent, 'bytes')]).toEqual([500, 10_000]);
    const seconds = 1 + Math.ceil(Number(BigInt(sent.at(-1)?.time as string) - BigInt(sent[0]?.time as string)) / 1e9);
    expect(sent.length).toBeLessThanOrEqual(1 + seconds);
    expect(sent.map((e) => e.flags)).toEqual(sent.map((e) => (Number(e.count) > 1 ? HeaderFlag.repeated : 0)));
    // the receiver is not connected and asked for no address
    const received = cgroup.of('net.udp').filter((e) => e.received === 1);
    expect(received[0]).toMatchObject({ local_port: to, remote_ip: '0.0.0.0', remote_port: 0, syscall: 45 });
    expect([sum(received, 'count'), sum(received, 'bytes')]).toEqual([500, 10_000]);
    expect(cgroup.source.losses()).toEqual([]);
  });

  it('tells each message of the calls that take several, to its own peer', async () => {
    const [from, one, two] = await calls('messages');
    await told(8);
    const totals = (received: number, local: number | undefined, remote: number | undefined) => {
      const found = flow(received, local, remote);
      return [sum(found, 'count'), sum(found, 'bytes')];
    };
    // sendmsg 4 bytes to two; sendmmsg 1 and 3 bytes to one, 2 bytes to two
    expect(totals(0, from, one)).toEqual([2, 4]);
    expect(totals(0, from, two)).toEqual([2, 6]);
    expect(totals(1, one, from)).toEqual([2, 4]);
    expect(totals(1, two, from)).toEqual([2, 6]);
    expect(sum(cgroup.of('net.udp'), 'count')).toBe(8);
    expect(flow(0, from, two)[0]).toMatchObject({ syscall: 46, flags: HeaderFlag.userPath });
    expect(flow(0, from, one)[0]).toMatchObject({ syscall: 307, remote_ip: '127.0.0.1' });
    expect(flow(1, one, from)[0]).toMatchObject({ syscall: 299 });
    expect(flow(1, two, from)[0]).toMatchObject({ syscall: 47 });
  });

  it('tells addresses of IPv6, and of IPv4 through a socket of IPv6', async () => {
    const [here, own, mapped] = await calls('family6');
    expect(flow(0, own, here)).toMatchObject([{ remote_ip: '::1', family: 10, bytes: '3' }]);
    expect(flow(0, own, mapped)).toMatchObject([{ remote_ip: '127.0.0.1', family: 10, bytes: '4' }]);
  });

  it('tells a flow for each peer', async () => {
    const [from] = await calls('spread 200');
    expect(cgroup.of('net.udp').map((e) => e.remote_port)).toEqual(Array.from({ length: 200 }, (_, i) => 20_000 + i));
    expect(cgroup.of('net.udp').every((e) => e.local_port === from && e.count === 1)).toBe(true);
  });

  it('counts every datagram of more flows than it can keep', async () => {
    await calls('spread 20000');
    await calls('spread 20000');
    const lost = cgroup.source.losses().filter(({ kind }) => kind === Kind.NetUdp);
    expect(lost.filter(({ reason }) => reason !== LossReason.ringFull)).toEqual([]);
    await told(40_000 - Number(lost[0]?.count ?? 0));
    expect(sum(cgroup.of('net.udp'), 'count')).toBe(40_000 - Number(lost[0]?.count ?? 0));
  });

  it('sees sendto through the 32-bit gate', async () => {
    await cgroup.run(`exec ${program} sendto32`);
    const flags = HeaderFlag.compat | HeaderFlag.userPath;
    expect(cgroup.of('net.udp')).toMatchObject([
      { remote_ip: '127.0.0.1', remote_port: 9, bytes: '5', syscall: 44, flags },
    ]);
  });

  it('leaves other sockets alone', async () => {
    const script = `const net = require('net'); const s = net.createServer((p) => p.end('x')).listen(0, '127.0.0.1', () =>
    net.connect(s.address().port, '127.0.0.1').on('data', () => s.close()));`;
    await cgroup.run(`exec ${process.execPath} -e "${script.replaceAll('\n', ' ')}"`);
    expect(cgroup.of('net.accept')).toHaveLength(1);
    expect(cgroup.of('net.udp')).toEqual([]);
  });
});
