import { type ChildProcess, spawn } from 'node:child_process';
import { chmodSync, copyFileSync, mkdtempSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bootTimeNs, cgroupId } from '@picket/native';
import { FileFlag } from '@picket/sdk';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ProbeLoader } from '../source/probe-loader.ts';
import { PROBES } from '../source/probe-table.ts';
import { collectingLog, until } from '../testing/collect.ts';
import { findCgroupMounts } from './cgroup-root.ts';
import { type ProcessFacts, readProcess, TICK_NS } from './process-facts.ts';
import { ProcessLooks } from './process-looks.ts';
import { TaskTable, WALKED_BYTES } from './task-table.ts';

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();
const started: ChildProcess[] = [];
const programs = mkdtempSync(join(tmpdir(), 'picket-walk-'));
// a program of another user runs from there
chmodSync(programs, 0o755);

/** Starts a program and waits until it runs under its own name. */
async function start(path: string, args: readonly string[], options: object = {}): Promise<number> {
  const child = spawn(path, args, { stdio: 'ignore', ...options });
  started.push(child);
  const pid = child.pid ?? 0;
  const name = path.slice(path.lastIndexOf('/') + 1);
  await until(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === name, `the start of ${name}`);
  return pid;
}

afterAll(() => {
  for (const child of started) child.kill('SIGKILL');
  rmSync(programs, { recursive: true, force: true });
});

describe.each([
  ['the direct build', false],
  ['the build for older kernels', true],
])('a walk with %s', (_, portable) => {
  const folder = fileURLToPath(new URL('../../../build/bpf', import.meta.url));
  const loader = new ProbeLoader(PROBES, {
    folder,
    rodata: {},
    mapEntries: {},
    cgroupRoot: findCgroupMounts().root,
    portable,
  });
  const walk = () => new TaskTable(loader.walk('task_walk') ?? new Uint8Array(0), bootTimeNs());
  beforeAll(() => {
    loader.load('task_walk');
  });
  afterAll(() => loader.close());

  it('agrees with /proc about a process, and knows more of it', async () => {
    const sleep = join(programs, `sleeper-${portable}`);
    copyFileSync('/bin/sleep', sleep);
    const pid = await start(sleep, ['300'], {
      cwd: programs,
      env: { LD_LIBRARY_PATH: '/x', PASSWORD: 'y' },
      uid: 33,
      gid: 44,
    });
    const walked = walk().read(pid) as ProcessFacts;
    const listed = readProcess(pid, 0n) as ProcessFacts;
    const own = ['seen', 'exact', 'start', 'parentStart', 'exeInode', 'exeCtime', 'exeMtime', 'exeFlags'] as const;
    const same = Object.keys(listed).filter((key) => !own.some((name) => name === key));
    expect(same.length).toBeGreaterThan(20);
    for (const key of same as (keyof ProcessFacts)[]) expect([key, walked[key]]).toEqual([key, listed[key]]);
    expect(walked).toMatchObject({ pid, ppid: process.pid, uid: 33, euid: 33, gid: 44, egid: 44, exact: true });
    expect(text(walked.env)).toBe('LD_LIBRARY_PATH=/x');
    for (const key of ['start', 'parentStart'] as const) expect(walked[key] / TICK_NS).toBe(listed[key] / TICK_NS);
    const file = statSync(sleep, { bigint: true });
    expect(walked).toMatchObject({ exeInode: file.ino, exeCtime: file.ctimeNs, exeMtime: file.mtimeNs });
    expect(walked.exeFlags & FileFlag.deleted).toBe(0);
  });

  it('tells an executable that is gone, and one that the process may write', async () => {
    const path = join(programs, `gone-${portable}`);
    copyFileSync('/bin/sleep', path);
    const pid = await start(path, ['300']);
    expect((walk().read(pid)?.exeFlags ?? 0) & (FileFlag.deleted | FileFlag.writable)).toBe(FileFlag.writable);
    rmSync(path);
    const walked = walk().read(pid);
    expect((walked?.exeFlags ?? 0) & FileFlag.deleted).toBe(FileFlag.deleted);
    expect(text(walked?.exe)).toBe(path);
  });

  it('gives the members of a cgroup, parents first', async () => {
    const pid = await start('/bin/sh', ['-c', 'sleep 300 & sleep 301 & wait']);
    const children = await until(() => {
      const list = readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ');
      return list.length === 2 && list.map(Number);
    }, 'two children');
    const path = /^0::(.*)$/m.exec(readFileSync(`/proc/${pid}/cgroup`, 'utf8'))?.[1] ?? '';
    const id = cgroupId(`${findCgroupMounts().root}${path}`);
    const wanted = [pid, ...children];
    expect(
      walk()
        .members([{ id }])
        .filter((member) => wanted.includes(member)),
    ).toEqual(wanted);
    for (const child of children) process.kill(child, 'SIGKILL');
  });

  it('leaves out kernel threads, threads and what is gone', async () => {
    const table = walk();
    expect(table.size).toBeGreaterThan(1);
    expect(table.read(2)).toBeUndefined();
    expect(table.read(4_194_303)).toBeUndefined();
    const pid = await start('/bin/sleep', ['300']);
    const before = walk();
    process.kill(pid, 'SIGKILL');
    await until(() => before.read(pid) === undefined, 'the end of the process');
  });

  it('says nothing of a process that has run another program since', async () => {
    const pid = await start('/bin/sh', ['-c', 'read line; exec sleep 300'], { stdio: ['pipe', 'ignore', 'ignore'] });
    const before = walk();
    expect(text(before.read(pid)?.args)).toContain('read line');
    started.at(-1)?.stdin?.end('\n');
    await until(() => readFileSync(`/proc/${pid}/comm`, 'utf8').trim() === 'sleep', 'the second program');
    expect(before.read(pid)).toBeUndefined();
    expect(text(walk().read(pid)?.args)).toBe('sleep\x00300');
  });
});

describe('looking for processes', () => {
  const { root } = findCgroupMounts();
  const looks = (walkTasks?: () => Uint8Array | undefined) => {
    const { log, lines } = collectingLog();
    const source = { now: () => 5n, ...(walkTasks ? { walkTasks } : {}) };
    return { looks: new ProcessLooks({ source, root, log }), lines };
  };

  it.each([
    ['has no walk', undefined, 'has no walk over tasks'],
    ['could not load it', () => undefined, 'has no walk over tasks'],
    [
      'is refused',
      () => {
        throw new Error('not permitted');
      },
      'not permitted',
    ],
    ['writes another layout', () => new Uint8Array(WALKED_BYTES + 1), 'ends within a process'],
  ])('falls back to /proc when the source %s, and says so once', (_, walkTasks, why) => {
    const { looks: tried, lines } = looks(walkTasks);
    expect(tried.look().read(process.pid)).toMatchObject({ pid: process.pid, exact: false, seen: 5n });
    tried.look();
    expect(lines).toHaveLength(1);
    expect(lines[0]).toContain(why);
  });
});
