import { mkdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { FULL_PLAN, HeaderFlag, Kind } from '@picket/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { flagged, madeBy, NotableProgram, NR } from './testing/notable-program.ts';
import { type Seen, TracedCgroup } from './testing/traced-cgroup.ts';

const ENOENT = -2;
const EBADF = -9;
const EINVAL = -22;

let cgroup: TracedCgroup;
let program: NotableProgram;
let folder = '';

beforeAll(() => {
  program = new NotableProgram();
  folder = program.folder;
  cgroup = new TracedCgroup();
});
beforeEach(() => {
  cgroup.seen.length = 0;
});
afterAll(async () => {
  await cgroup?.[Symbol.asyncDispose]();
  program?.remove();
});

const make = (calls: string, prefix = '') => program.make(cgroup, calls, prefix);
const all = () => madeBy(cgroup);
const calls = (number: number): Seen[] => all().filter((event) => event.syscall === number);

describe('mounts', () => {
  it('have source, target and type, as asked and flagged so', async () => {
    mkdirSync(join(folder, 'here/below'), { recursive: true });
    const { results } = await make(
      [
        `${NR.mount} s:memory s:${folder}/here s:tmpfs 6 0`,
        `${NR.umount2} s:here 2`,
        `${NR.mount} s:here s:here s:none 4096 0`,
        `${NR.mount} s:/dev/none s:/nothing s:ext4 1 0`,
        `${NR.pivotRoot} s:here s:here/below`,
        `${NR.swapon} s:/nothing/swap 7`,
        `${NR.umount2} s:/nothing 0`,
      ].join(' , '),
      'unshare --mount',
    );
    const told = all();
    expect(told.map(({ syscall, path, target, text }) => [syscall, path, target, text])).toEqual([
      [NR.mount, 'memory', `${folder}/here`, 'tmpfs'],
      [NR.umount2, '', `${folder}/here`, ''],
      [NR.mount, `${folder}/here`, `${folder}/here`, 'none'],
      [NR.mount, '/dev/none', '/nothing', 'ext4'],
      [NR.pivotRoot, 'here', 'here/below', ''],
      [NR.swapon, '/nothing/swap', '', ''],
      [NR.umount2, '', '/nothing', ''],
    ]);
    expect(told.map(({ result }) => result)).toEqual(results);
    expect(results.slice(0, 4)).toEqual([0, 0, 0, ENOENT]);
    for (const event of told) expect(flagged(event, HeaderFlag.userPath)).toBe(true);
    expect(told[0]).toMatchObject({ arg3: '6' });
    expect(told[1]).toMatchObject({ arg1: '2' });
  });

  it('made by descriptors are told by the kernel', async () => {
    mkdirSync(join(folder, 'spot'), { recursive: true });
    const empty = 4;
    const { results } = await make(
      [
        `${NR.fsopen} s:tmpfs 0`,
        `${NR.fsconfig} r:0 1 s:source s:storage 0`,
        `${NR.fsconfig} r:0 6 0 0 0`,
        `${NR.fsmount} r:0 0 0`,
        `${NR.moveMount} r:3 s: -100 s:spot ${empty}`,
        `${NR.fsmount} 99 0 0`,
        `${NR.moveMount} -100 s:spot -100 s:/nothing 0`,
      ].join(' , '),
      'unshare --mount',
    );
    expect(results).toEqual([expect.any(Number), 0, 0, expect.any(Number), 0, EBADF, ENOENT]);
    const [made, failed] = calls(NR.fsmount);
    expect(made).toMatchObject({ path: 'storage', text: 'tmpfs', result: results[3] });
    expect(failed).toMatchObject({ path: '', text: '', result: EBADF });
    const [moved, refused] = calls(NR.moveMount);
    expect(moved).toMatchObject({ path: '', target: `${folder}/spot`, result: 0 });
    expect(flagged(moved as Seen, HeaderFlag.userPath)).toBe(false);
    expect(refused).toMatchObject({ path: `${folder}/spot`, target: '/nothing', result: ENOENT });
    expect(flagged(refused as Seen, HeaderFlag.userPath)).toBe(true);
  });

  it('chroot tells the new root from outside of it, and one that failed as asked', async () => {
    mkdirSync(join(folder, 'root/inner'), { recursive: true });
    const { results } = await make(`${NR.chroot} s:root , ${NR.chroot} s:/inner/. , ${NR.chroot} s:/nothing`);
    expect(results).toEqual([0, 0, ENOENT]);
    const told = calls(NR.chroot);
    expect(told.map(({ path }) => path)).toEqual([`${folder}/root`, `${folder}/root/inner`, '/nothing']);
    expect(told.map((event) => flagged(event, HeaderFlag.userPath))).toEqual([false, false, true]);
  });
});

describe('frequent calls', () => {
  const PROTECTION = { readExec: 5, writeExec: 6, all: 7 };

  it('memory is told when it can be written and run, with the file behind it', async () => {
    const file = join(folder, 'library');
    writeFileSync(file, 'x'.repeat(4096));
    const PRIVATE = 2;
    const ANONYMOUS = 0x22;
    const { results } = await make(
      [
        `${NR.mmap} 0 4096 ${PROTECTION.readExec} ${ANONYMOUS} -1 0`,
        `${NR.mmap} 0 4096 3 ${ANONYMOUS} -1 0`,
        `${NR.mmap} 0 4096 ${PROTECTION.all} ${ANONYMOUS} -1 0`,
        `${NR.mmap} 0 4096 ${PROTECTION.writeExec} ${PRIVATE} f:${file} 0`,
        `${NR.mprotect} r:1 4096 ${PROTECTION.all}`,
        `${NR.mprotect} r:1 4096 1`,
        `${NR.mprotect} 1 4096 ${PROTECTION.all}`,
        `${NR.pkeyMprotect} r:1 4096 ${PROTECTION.all} -1`,
      ].join(' , '),
    );
    const told = all();
    expect(told.map(({ syscall, path }) => [syscall, path])).toEqual([
      [NR.mmap, ''],
      [NR.mmap, file],
      [NR.mprotect, ''],
      [NR.mprotect, ''],
      [NR.pkeyMprotect, ''],
    ]);
    expect(told[2]).toMatchObject({ arg0: String(results[1]), arg1: '4096', arg2: '7', result: 0 });
    expect(told[3]).toMatchObject({ result: EINVAL });
  });

  it('a socket that becomes standard input, output or error is told with its ends', async () => {
    const server = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => server.once('listening', resolve));
    const { port } = server.address() as { port: number };
    await make(
      [
        `${NR.dup2} to:127.0.0.1:${port} 0`,
        `${NR.close} 1`,
        `${NR.fcntl} 0 0 1`,
        `${NR.dup3} 0 2 0`,
        `${NR.dup2} 0 9`,
        `${NR.dup2} 0 0`,
        `${NR.dup2} f:/dev/null 1`,
        `${NR.socket} 1 1 0`,
        `${NR.dup2} r:7 0`,
        `${NR.dup2} 99 0`,
        `${NR.fcntl} 0 3 0`,
      ].join(' , '),
    );
    server.close();
    const told = all();
    expect(told.map(({ syscall, result, family }) => [syscall, result, family])).toEqual([
      [NR.dup2, 0, 2],
      [NR.fcntl, 1, 2],
      [NR.dup3, 2, 2],
      [NR.dup2, 0, 1],
    ]);
    const connect = cgroup.of('net.connect').find((event) => event.remote_port === port);
    for (const event of told.slice(0, 3))
      expect(event).toMatchObject({
        remote_ip: '127.0.0.1',
        remote_port: port,
        local_ip: '127.0.0.1',
        local_port: connect?.local_port,
        protocol: 6,
      });
  });

  it('bind is told when the program chose the port, by the socket or as asked', async () => {
    const { results } = await make(
      [
        `${NR.socket} 2 2 0`,
        `${NR.bind} r:0 a:127.0.0.1:0 16`,
        `${NR.socket} 2 1 0`,
        `${NR.bind} r:2 a:127.0.0.1:48123 16`,
        `${NR.socket} 2 1 0`,
        `${NR.bind} r:4 a:127.0.0.1:48123 16`,
        `${NR.bind} r:4 a:192.0.2.1:0 16`,
        `${NR.socket} 1 2 0`,
        `${NR.bind} r:7 s: 2`,
      ].join(' , '),
    );
    const EADDRINUSE = -98;
    expect(results.slice(1, 6)).toEqual([0, expect.any(Number), 0, expect.any(Number), EADDRINUSE]);
    const [bound, refused, ...rest] = calls(NR.bind);
    expect(rest).toEqual([]);
    const ends = { local_ip: '127.0.0.1', local_port: 48123, family: 2, protocol: 6 };
    expect(bound).toMatchObject({ ...ends, result: 0, arg0: String(results[2]) });
    expect(refused).toMatchObject({ ...ends, result: EADDRINUSE });
    expect(flagged(bound as Seen, HeaderFlag.userPath)).toBe(false);
    expect(flagged(refused as Seen, HeaderFlag.userPath)).toBe(true);
  });

  it('prctl and personality are told where they change what protects a process', async () => {
    const SET_NAME = 15;
    const SET_DUMPABLE = 4;
    const SET_PTRACER = 0x59616d61;
    await make(
      [
        `${NR.prctl} ${SET_DUMPABLE} 0`,
        `${NR.prctl} 3 0`,
        `${NR.prctl} ${SET_PTRACER} -1`,
        `${NR.prctl} 47 2 0 0 0`,
        `${NR.prctl} 47 1 0 0 0`,
        `${NR.personality} 0xffffffff`,
        `${NR.personality} 0x40000`,
        `${NR.prctl} ${SET_NAME} s:notable-calls`,
      ].join(' , '),
    );
    const told = all();
    expect(told.map(({ syscall, arg0 }) => [syscall, Number(arg0)])).toEqual([
      [NR.prctl, SET_DUMPABLE],
      [NR.prctl, SET_PTRACER],
      [NR.prctl, 47],
      [NR.personality, 0x40000],
    ]);
  });
});

it('a flood of one call uses up the budget of the kind, but hides no mount', async () => {
  const plan = { ...FULL_PLAN, budgets: { 'syscall.notable': 1 } };
  await using busy = new TracedCgroup({ trace: true, plan });
  const flood = Array.from({ length: 20 }, () => `${NR.personality} 0x40000`).join(' , ');
  const mount = `${NR.mount} s:memory s:low s:tmpfs 0 0`;
  mkdirSync(join(folder, 'low'), { recursive: true });
  const { results } = await program.make(busy, `${flood} , ${mount}`, 'unshare --mount');
  expect(results[20]).toBe(0);
  const told = madeBy(busy).map(({ syscall }) => syscall);
  expect(told.filter((number) => number === NR.personality).length).toBeLessThan(10);
  expect(told).toContain(NR.mount);
  const THROTTLED = 4;
  expect(busy.source.losses()).toContainEqual(
    expect.objectContaining({ kind: Kind.SyscallNotable, reason: THROTTLED }),
  );
});

it('tells the same with the build for older kernels, and loses nothing', async () => {
  await using older = new TracedCgroup({ trace: true, portable: true });
  mkdirSync(join(folder, 'old/root'), { recursive: true });
  const { child } = await program.make(
    older,
    [
      `${NR.ptrace} 0x4206 child 0 0`,
      `${NR.setns} f:/proc/self/ns/uts 0`,
      `${NR.memfdCreate} s:payload 0`,
      `${NR.mount} s:memory s:old s:tmpfs 0 0`,
      `${NR.umount2} s:old 0`,
      `${NR.mmap} 0 4096 7 0x22 -1 0`,
      `${NR.socket} 2 1 0`,
      `${NR.bind} r:6 a:127.0.0.1:48124 16`,
      `${NR.setresuid} 5 6 7`,
      `${NR.chroot} s:/nothing`,
    ].join(' , '),
    'unshare --mount',
  );
  const told = madeBy(older);
  expect(told).toMatchObject([
    { syscall: NR.ptrace, target_pid: child },
    { syscall: NR.setns, text: 'uts' },
    { syscall: NR.memfdCreate, text: 'payload' },
    { syscall: NR.mount, path: 'memory', target: `${folder}/old`, text: 'tmpfs' },
    { syscall: NR.umount2, target: `${folder}/old` },
    { syscall: NR.mmap, arg2: '7' },
    { syscall: NR.bind, local_ip: '127.0.0.1', local_port: 48124 },
    { syscall: NR.setresuid, old_id: 0, new_id: 6 },
    { syscall: NR.chroot, path: '/nothing', result: ENOENT },
  ]);
  expect(older.source.losses()).toEqual([]);
});
