import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { flagged, madeBy, NotableProgram, NR } from './testing/notable-program.ts';
import { type Seen, TracedCgroup } from './testing/traced-cgroup.ts';

const UNKNOWN = 4294967295;
const EPERM = -1;
const EBADF = -9;
const EFAULT = -14;
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
const one = (number: number): Seen => {
  const found = calls(number);
  expect(found).toHaveLength(1);
  return found[0] as Seen;
};
/** Every number but those of the other shapes. */
const PLAIN = { target_pid: 0, target_start: '0', count: 1, path: '', target: '', text: '', family: 0, slot: 7 };

describe('calls of which numbers say all', () => {
  it('are told with their own arguments only, done and refused', async () => {
    const { results } = await make(
      [
        `${NR.bpf} 5 0 0 77`,
        `${NR.userfaultfd} 0x7fff 5`,
        `${NR.keyctl} 0 -1 0`,
        `${NR.ioUringSetup} 0 0 9`,
        `${NR.perfEventOpen} 0 1 2 3 4 5`,
        `${NR.kexecLoad} 1 2 0 0xffff`,
        `${NR.reboot} 1 2 3 4`,
        `${NR.unshare} 0x400`,
        `${NR.unshare} 0x7`,
        `${NR.capset} 0 0 5`,
      ].join(' , '),
    );
    const told = all().map(({ syscall, result, arg0, arg1, arg2, arg3, arg4, arg5 }) => [
      syscall,
      result,
      ...[arg0, arg1, arg2, arg3, arg4, arg5].map(Number),
    ]);
    const minusOne = 2 ** 64;
    const expected = [
      [NR.bpf, 5, 0, 0, 0, 0, 0],
      [NR.userfaultfd, 0x7fff, 0, 0, 0, 0, 0],
      [NR.keyctl, 0, minusOne, 0, 0, 0, 0],
      [NR.ioUringSetup, 0, 0, 0, 0, 0, 0],
      [NR.perfEventOpen, 0, 1, 2, 3, 4, 0],
      [NR.kexecLoad, 1, 2, 0, 0xffff, 0, 0],
      [NR.reboot, 1, 2, 3, 4, 0, 0],
      [NR.unshare, 0x400, 0, 0, 0, 0, 0],
      [NR.unshare, 0x7, 0, 0, 0, 0, 0],
      [NR.capset, 0, 0, 0, 0, 0, 0],
    ];
    expect(told).toEqual(expected.map(([number, ...args], i) => [number, results[i], ...args]));
    expect(results.slice(7, 9)).toEqual([0, EINVAL]);
    expect(one(NR.reboot)).toMatchObject({ ...PLAIN, old_id: UNKNOWN, new_id: UNKNOWN });
  });
});

describe('calls on another process', () => {
  it('name it in the host namespace, with its start', async () => {
    const made = await make(
      `${NR.ptrace} 0x4206 child 0 0 , ${NR.processVmWritev} child v:text 1 w:0,0,0,0 1 0 , ${NR.processVmReadv} 999999 0 0 0 0 0`,
    );
    const fork = cgroup.of('process.fork').find((event) => event.tgid === made.child);
    const child = { target_pid: made.child, target_start: fork?.start };
    expect(fork).toBeDefined();
    expect(one(NR.ptrace)).toMatchObject({
      ...child,
      result: 0,
      arg0: String(0x4206),
      arg1: String(made.child),
    });
    expect(one(NR.processVmWritev)).toMatchObject({ ...child, result: made.results[1], arg2: '1', arg4: '1' });
    expect(one(NR.processVmReadv)).toMatchObject({ target_pid: 0, target_start: '0', result: made.results[2] });
  });

  it('find it by its number in a pid namespace of its own', async () => {
    const made = await make(`${NR.ptrace} 16 child 0 0`, 'unshare --pid --fork');
    const fork = cgroup.of('process.fork').find((event) => event.vpid === made.child && event.comm === 'notable-calls');
    expect(made).toMatchObject({ pid: 1, child: 2, results: [0] });
    expect(Number(fork?.tgid)).toBeGreaterThan(2);
    expect(one(NR.ptrace)).toMatchObject({ target_pid: fork?.tgid, target_start: fork?.start, arg1: '2' });
  });

  it('leave out what a debugger does all the time', async () => {
    await make([16, 1, 3, 12, 24, 7].map((request) => `${NR.ptrace} ${request} child 0 0`).join(' , '));
    expect(calls(NR.ptrace).map((event) => event.arg0)).toEqual(['16']);
  });

  it('have no target when a process lets itself be traced', async () => {
    await make(`${NR.ptrace} 0 0 0 0`);
    expect(one(NR.ptrace)).toMatchObject({ result: 0, target_pid: 0 });
  });
});

describe('setns', () => {
  it('names the kind of namespace, and the process of a pidfd', async () => {
    const { results, child } = await make(
      [
        ...['mnt', 'net', 'pid', 'user', 'uts', 'ipc'].map((kind) => `${NR.setns} f:/proc/self/ns/${kind} 0`),
        `${NR.setns} f:/dev/null 0 , ${NR.setns} 99 0 , ${NR.pidfdOpen} child 0 , ${NR.setns} r:8 0x40000000`,
      ].join(' , '),
    );
    const told = calls(NR.setns);
    expect(told.map(({ text }) => text)).toEqual(['mnt', 'net', 'pid', 'user', 'uts', 'ipc', '', '', '']);
    expect(told.map(({ result }) => result)).toEqual([...results.slice(0, 8), results[9]]);
    expect(results.slice(0, 2)).toEqual([0, 0]);
    expect(results[7]).toBe(EBADF);
    expect(told[8]).toMatchObject({ target_pid: child, result: 0 });
  });
});

describe('modules, keys and files in memory', () => {
  it('have the names that they were asked for, and the file of a module', async () => {
    const file = join(folder, 'module.ko');
    writeFileSync(file, 'no module');
    const { results } = await make(
      [
        `${NR.memfdCreate} s:payload 1`,
        `${NR.memfdCreate} 8 1`,
        `${NR.memfdCreate} s:odd 0x4000`,
        `${NR.finitModule} f:${file} s:debug=1 0`,
        `${NR.finitModule} 99 s: 0`,
        `${NR.initModule} 0 0 s:quiet`,
        `${NR.deleteModule} s:nosuchmodule 0`,
        `${NR.addKey} s:user s:secret-name 0 0 -2`,
        `${NR.requestKey} s:logon s:none:such 0 -2`,
        `${NR.kexecFileLoad} f:${file} 99 0 0 0`,
      ].join(' , '),
    );
    const told = all();
    expect(told.map(({ syscall, text, path }) => [syscall, text, path])).toEqual([
      [NR.memfdCreate, 'payload', ''],
      [NR.memfdCreate, '', ''],
      [NR.memfdCreate, 'odd', ''],
      [NR.finitModule, 'debug=1', file],
      [NR.finitModule, '', ''],
      [NR.initModule, 'quiet', ''],
      [NR.deleteModule, 'nosuchmodule', ''],
      [NR.addKey, 'user', ''],
      [NR.requestKey, 'logon', ''],
      [NR.kexecFileLoad, '', file],
    ]);
    expect(told.map(({ result }) => result)).toEqual(results);
    expect(results.slice(0, 3)).toEqual([expect.any(Number), EFAULT, EINVAL]);
    expect(JSON.stringify(told)).not.toContain('secret-name');
  });

  it('flag parameters that were cut', async () => {
    await make(`${NR.initModule} 0 0 s:${'x'.repeat(3000)}`);
    const event = one(NR.initModule);
    expect(String(event.text)).toBe('x'.repeat(1023));
    expect(flagged(event, HeaderFlag.argsTruncated)).toBe(true);
  });
});

describe('ids', () => {
  it('are told before and after, effective and of the file system', async () => {
    const { results } = await make(
      [
        `${NR.setresgid} 21 22 23`,
        `${NR.setfsgid} 21`,
        `${NR.setresuid} 11 12 13`,
        `${NR.setfsuid} 11`,
        `${NR.setreuid} -1 13`,
        `${NR.setuid} 0`,
        `${NR.setgid} 23`,
      ].join(' , '),
    );
    const told = all();
    expect(told.map(({ syscall, old_id, new_id, arg0 }) => [syscall, old_id, new_id, arg0])).toEqual([
      [NR.setresgid, 0, 22, '21'],
      [NR.setfsgid, 22, 21, '21'],
      [NR.setresuid, 0, 12, '11'],
      [NR.setfsuid, 12, 11, '11'],
      [NR.setreuid, 12, 13, String(0xffffffffffffffffn)],
      [NR.setuid, 13, 13, '0'],
      [NR.setgid, 22, 23, '23'],
    ]);
    expect(told.map(({ result }) => result)).toEqual(results);
    expect(results[5]).toBe(EPERM);
  });

  it('are known of a program that was run with the ids of its file', async () => {
    const copy = join(folder, 'as-owner');
    spawnSync('sh', [
      '-c',
      `cp ${program.path} ${copy} && chown 33 ${copy} && chmod 4755 ${copy} && chmod 755 ${folder}`,
    ]);
    const { stdout } = await cgroup.run(`exec setpriv --reuid 34 --clear-groups ${copy} ${NR.setuid} 34`);
    expect(JSON.parse(stdout)).toMatchObject({ results: [0] });
    const seen = cgroup.of('syscall.notable').find((event) => event.comm === 'as-owner');
    expect(seen).toMatchObject({ syscall: NR.setuid, old_id: 33, new_id: 34, uid: 34 });
  });
});

describe('the 32-bit gate', () => {
  it('leads to the same calls, whatever their old shape', async () => {
    mkdirSync(join(folder, 'low'), { recursive: true });
    const ANONYMOUS = 0x22;
    const { results, child } = await make(
      [
        '26c 0x4206 child 0 0',
        '356c s:low 0',
        `192c 0 4096 7 ${ANONYMOUS} -1 0`,
        `90c w:0,4096,7,${ANONYMOUS},0xffffffff,0`,
        `90c w:0,4096,3,${ANONYMOUS},0xffffffff,0`,
        `21c s:memory s:${folder}/low s:tmpfs 0 0`,
        `22c s:${folder}/low 77`,
        '23c 0x10000',
        '213c 65537',
        '20c',
      ].join(' , '),
      'unshare --mount',
    );
    const told = all();
    expect(told.map(({ syscall, text, target, result }) => [syscall, text, target, result])).toEqual([
      [NR.ptrace, '', '', results[0]],
      [NR.memfdCreate, 'low', '', results[1]],
      [NR.mmap, '', '', results[2]],
      [NR.mmap, '', '', results[3]],
      [NR.mount, 'tmpfs', `${folder}/low`, 0],
      [NR.umount2, '', `${folder}/low`, 0],
      [NR.setuid, '', '', 0],
      [NR.setuid, '', '', 0],
    ]);
    for (const event of told) expect(flagged(event, HeaderFlag.compat)).toBe(true);
    expect(told[0]).toMatchObject({ target_pid: child, arg0: String(0x4206) });
    expect(told[3]).toMatchObject({ arg0: '0', arg1: '4096', arg2: '7', arg3: String(ANONYMOUS) });
    expect(told[5]).toMatchObject({ arg1: '0' });
    expect(told[6]).toMatchObject({ old_id: 0, new_id: 0 });
    expect(told[7]).toMatchObject({ old_id: 0, new_id: 65537 });
  });
});
