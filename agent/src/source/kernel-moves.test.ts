import { spawn, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cgroupId } from '@picket/native';
import { HeaderFlag } from '@picket/sdk';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { findCgroupMounts } from '../containers/cgroup-root.ts';
import { type Seen, TracedCgroup } from './testing/traced-cgroup.ts';

let folder = '';
let forks = '';
let outside = '';
let old = '';
let cgroup: TracedCgroup;
/** In cgroup `old` since before the probes were loaded; moves itself out when it gets a line. */
let veteran: ReturnType<typeof spawn>;

const procs = (path: string) => `${path}/cgroup.procs`;
const isSticky = (event: Seen | undefined) => (Number(event?.flags) & HeaderFlag.sticky) !== 0;
/** Moves of the containers of this test: other cgroups that are new on the machine are seen too. */
const moves = () => cgroup.of('process.moved').filter(({ slot }) => slot === 7 || slot === 9);
const execs = (path: string) => cgroup.of('process.exec').filter((event) => event.path === path);

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'picket-moves-'));
  forks = join(folder, 'forks');
  const source = fileURLToPath(new URL('testing/forks.c', import.meta.url));
  const gcc = spawnSync('gcc', ['-O1', '-static', '-Wall', '-Wextra', '-o', forks, source], { encoding: 'utf8' });
  expect(gcc.stderr).toBe('');
  outside = `${findCgroupMounts().root}/picket-outside-${process.pid}`;
  old = `${findCgroupMounts().root}/picket-old-${process.pid}`;
  for (const path of [outside, old]) mkdirSync(path);
  const script = `echo $$ > ${procs(old)}; echo ready; read line; echo $$ > ${procs(outside)}; exec /bin/true`;
  veteran = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
  await new Promise((resolve) => veteran.stdout?.once('data', resolve));
  cgroup = new TracedCgroup();
  cgroup.source.ignore(cgroupId(outside));
});
beforeEach(() => {
  cgroup.seen.length = 0;
});
afterAll(async () => {
  veteran?.kill('SIGKILL');
  await cgroup?.[Symbol.asyncDispose]();
  for (const path of [outside, old]) {
    for (let tries = 0; tries < 100 && readFileSync(procs(path), 'utf8') !== ''; tries++) await sleep(10);
    rmdirSync(path);
  }
  rmSync(folder, { recursive: true });
});

describe('process.moved', () => {
  it('tells that a process came into the container, and who brought it', async () => {
    await cgroup.run('exec true');
    const exec = cgroup.of('process.exec').find(({ slot }) => slot === 7);
    expect(moves()).toMatchObject([
      {
        ...{ tgid: exec?.tgid, mover_pid: exec?.tgid, from_cgroup: '0', cgroup: String(cgroup.id), kept: 0 },
        ...{ slot: 7, generation: 3, comm: 'sh', path: cgroup.path.slice(dirname(cgroup.path).length), result: 0 },
      },
    ]);
  });

  it('keeps a process that moves itself out, and what it starts then', async () => {
    const { stdout } = await cgroup.run(`echo $$ > ${procs(outside)}; /bin/true; echo $$; exec /usr/bin/env true`);
    const moved = moves()[1];
    expect(moved).toMatchObject({
      ...{ tgid: Number(stdout), mover_pid: Number(stdout), from_cgroup: String(cgroup.id), kept: 1, slot: 7 },
      ...{ generation: 3, cgroup: String(cgroupId(outside)), path: outside.slice(dirname(outside).length) },
    });
    const outsideId = String(cgroupId(outside));
    const own = execs('/usr/bin/env')[0];
    const child = execs('/usr/bin/true').find((event) => event.tgid !== own?.tgid);
    expect(own).toMatchObject({ tgid: Number(stdout), slot: 7, generation: 3, cgroup: outsideId });
    expect(child).toMatchObject({ slot: 7, generation: 3, cgroup: outsideId, ppid: Number(stdout) });
    expect([own, child].map(isSticky)).toEqual([true, true]);
    const fork = cgroup.of('process.fork').find((event) => event.tgid === child?.tgid);
    expect(fork).toMatchObject({ slot: 7, cgroup: outsideId });
    expect(cgroup.of('process.exit').filter((event) => event.tgid === child?.tgid)).toMatchObject([{ slot: 7 }]);
    expect(cgroup.of('file.open').filter((event) => event.tgid === child?.tgid).length).toBeGreaterThan(0);
  });

  it('keeps a process that another one of the container moves out', async () => {
    await cgroup.run(
      `true; /bin/sleep 0.3 & sleeper=$!; echo $sleeper > ${procs(outside)}; wait $sleeper; exec /usr/bin/env true`,
    );
    const moved = moves()[1];
    const mover = execs('/usr/bin/env')[0];
    expect(moved).toMatchObject({ kept: 1, slot: 7, mover_pid: mover?.tgid, from_cgroup: String(cgroup.id) });
    expect(moved?.tgid).not.toBe(mover?.tgid);
    expect(isSticky(mover)).toBe(false);
    expect(cgroup.of('process.exit').find((event) => event.tgid === moved?.tgid)).toMatchObject({ slot: 7 });
  });

  it('lets a process go that is moved from outside', async () => {
    const running = cgroup.run('echo go; read line < /dev/null; sleep 0.5; exec /usr/bin/env true');
    let pid = '';
    for (let tries = 0; tries < 200 && pid === ''; tries++) {
      await sleep(10);
      pid = readFileSync(procs(cgroup.path), 'utf8').split('\n')[0] ?? '';
    }
    writeFileSync(procs(outside), pid);
    await running;
    const moved = moves().find((event) => event.from_cgroup === String(cgroup.id));
    expect(moved).toMatchObject({ tgid: Number(pid), kept: 0, slot: 7, mover_pid: process.pid });
    expect(execs('/usr/bin/env')).toEqual([]);
  });

  it('is over with a process that comes back', async () => {
    const there = procs(outside);
    await cgroup.run(`echo $$ > ${there}; echo $$ > ${procs(cgroup.path)}; exec /usr/bin/env true`);
    expect(moves().map(({ kept, slot }) => [kept, slot])).toEqual([
      [0, 7],
      [1, 7],
      [0, 7],
    ]);
    const exec = execs('/usr/bin/env')[0];
    expect(exec).toMatchObject({ slot: 7, cgroup: String(cgroup.id) });
    expect(isSticky(exec)).toBe(false);
  });

  it('knows where a process was that came before anybody knew its cgroup for a container', async () => {
    const late = `${findCgroupMounts().root}/picket-late-${process.pid}`;
    mkdirSync(late);
    cgroup.source.ignore(cgroupId(late));
    const script = `echo $$ > ${procs(late)}; echo ready; read line; echo $$ > ${procs(outside)}; exec /bin/true`;
    const shell = spawn('/bin/sh', ['-c', script], { stdio: ['pipe', 'pipe', 'inherit'] });
    await new Promise((resolve) => shell.stdout.once('data', resolve));
    cgroup.source.trace(cgroupId(late), 9, 5);
    cgroup.source.walkTasks();
    shell.stdin.write('go\n');
    await new Promise((resolve) => shell.once('exit', resolve));
    cgroup.drain();
    expect(execs('/usr/bin/true')).toMatchObject([{ tgid: shell.pid, slot: 9, generation: 5 }]);
    cgroup.source.forget(cgroupId(late));
    rmdirSync(late);
  });

  it('knows where a process was that is older than the probes', async () => {
    cgroup.source.trace(cgroupId(old), 9, 4);
    veteran.stdin?.write('go\n');
    await new Promise((resolve) => veteran.once('exit', resolve));
    cgroup.drain();
    expect(moves()).toMatchObject([
      { tgid: veteran.pid, from_cgroup: String(cgroupId(old)), slot: 9, generation: 4, kept: 1 },
    ]);
    expect(execs('/usr/bin/true')).toMatchObject([{ tgid: veteran.pid, slot: 9, generation: 4 }]);
  });
});

describe('process.fork and process.exec', () => {
  it('tell the call that made the child', async () => {
    const { stdout } = await cgroup.run(`exec ${forks}`);
    const made = JSON.parse(stdout) as Record<string, number>;
    const call = (pid: number | undefined) => cgroup.of('process.fork').find((event) => event.tgid === pid)?.syscall;
    const told = Object.fromEntries(Object.entries(made).map(([way, pid]) => [way, call(pid)]));
    expect(told).toEqual({ fork: 57, clone: 56, clone3: 435, vfork: 58, fork32: 57, clone32: 56 });
  });

  it('tell execveat where it runs a descriptor', async () => {
    await cgroup.run(`exec ${forks}`);
    expect(execs('/usr/bin/true')).toMatchObject([{ syscall: 322, args: ['renamed'] }]);
    expect(execs(forks)).toMatchObject([{ syscall: 59 }]);
  });
});
