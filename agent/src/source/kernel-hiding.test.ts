import { mkdirSync, rmdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { cgroupId } from '@picket/native';
import { HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findCgroupMounts } from '../containers/cgroup-root.ts';
import { compileCalls } from './testing/compile-calls.ts';
import { TracedCgroup } from './testing/traced-cgroup.ts';

const [CONNECTED, CONNECT, EINPROGRESS] = [1, 42, 115];

let folder = '';
let program = '';
let outside = '';
beforeAll(() => {
  ({ folder, program } = compileCalls('hiding'));
  outside = `${findCgroupMounts().root}/picket-hidden-${process.pid}`;
  mkdirSync(outside);
});
afterAll(() => {
  rmdirSync(outside);
  rmSync(folder, { recursive: true });
});

describe.each([false, true])('seen all the same, in the build for older kernels: %s', (portable) => {
  let cgroup: TracedCgroup;
  beforeAll(() => {
    cgroup = new TracedCgroup({ trace: true, portable });
    cgroup.source.ignore(cgroupId(outside));
  });
  beforeEach(() => {
    cgroup.seen.length = 0;
  });
  afterAll(() => cgroup[Symbol.asyncDispose]());

  async function act(what: string): Promise<number[]> {
    const { code, stdout } = await cgroup.run(`exec ${program} ${what}`);
    expect(code).toBe(0);
    return stdout.trim().split(' ').map(Number);
  }

  it('is a connection that data begins, without a connect', async () => {
    const [from, to] = await act('fastopen');
    const peer = { remote_port: to, remote_ip: '127.0.0.1', protocol: 6, slot: 7, generation: 3 };
    const begun = { ...peer, syscall: CONNECT, result: -EINPROGRESS, count: 1, fd: 4 };
    expect(cgroup.of('net.connect')).toMatchObject([begun]);
    expect(cgroup.of('net.close').find(({ role }) => role === CONNECTED)).toMatchObject({
      ...{ ...peer, local_port: from, sent: '5', tgid: cgroup.of('net.connect')[0]?.tgid },
    });
  });

  it('is a connection of a 32-bit program that hides its arguments in memory', async () => {
    const [port, result] = await act('socketcall');
    expect(result).toBe(0);
    const [connect, ...more] = cgroup.of('net.connect');
    expect(more).toEqual([]);
    expect(connect).toMatchObject({ remote_port: port, remote_ip: '127.0.0.1', syscall: CONNECT, slot: 7, fd: -1 });
    expect(Number(connect?.flags) & HeaderFlag.compat).not.toBe(0);
    expect(cgroup.of('net.close').find(({ role }) => role === CONNECTED)).toMatchObject({ remote_port: port });
  });

  it('is a connect whose descriptor is another file when it returns', async () => {
    const [port, result] = await act('swapped');
    expect(result).toBe(0);
    const [first, second, ...more] = cgroup.of('net.connect');
    expect(more).toEqual([]);
    expect(first).toMatchObject({ remote_port: port, fd: 5 });
    expect(second).toMatchObject({
      remote_ip: '127.0.0.1',
      remote_port: port,
      protocol: 6,
      result,
      syscall: CONNECT,
      slot: 7,
      fd: 6,
    });
    expect(second?.local_port).not.toBe(0);
  });

  it('is a child that is born outside of the container', async () => {
    const [pid] = await act(`into ${outside}`);
    const own = { tgid: pid, slot: 7, generation: 3, cgroup: String(cgroupId(outside)) };
    const exec = cgroup.of('process.exec').find(({ tgid }) => tgid === pid);
    expect(cgroup.of('process.fork').find(({ tgid }) => tgid === pid)).toMatchObject(own);
    expect(exec).toMatchObject(own);
    expect(Number(exec?.flags) & HeaderFlag.sticky).not.toBe(0);
    expect(cgroup.of('process.exit').find(({ tgid }) => tgid === pid)).toMatchObject(own);
    expect(cgroup.of('process.moved').filter(({ tgid }) => tgid === pid)).toMatchObject([
      { ...own, from_cgroup: String(cgroup.id), kept: 1, mover_pid: exec?.ppid, path: basename(outside) },
    ]);
  });
});
