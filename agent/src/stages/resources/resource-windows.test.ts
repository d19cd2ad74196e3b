import { once } from 'node:events';
import { readFileSync, rmdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterEach, describe, expect, it } from 'vitest';
import { findCgroupMounts } from '../../containers/cgroup-root.ts';
import { type Container, ContainerRegistry } from '../../containers/registry.ts';
import { CgroupBox } from '../../testing/cgroup-box.ts';
import { CollectingSink, collectingLog, type Described, describeAll } from '../../testing/collect.ts';
import { FakeSource } from '../../testing/fake-source.ts';
import { FilePool } from './file-pool.ts';
import { ResourceWindows } from './resource-windows.ts';

const mounts = findCgroupMounts();
const cleanup: (() => unknown)[] = [];
afterEach(async () => {
  for (const each of cleanup.splice(0).reverse()) await each();
});

/** Removed after the test. */
function box(): CgroupBox {
  const made = new CgroupBox();
  cleanup.push(() => made[Symbol.asyncDispose]());
  return made;
}

/** Linux 6.18 counts the bytes of a disk in v1 only once somebody has set a limit for it: here one that never holds. */
function accountDisk(folder: string, device: number): void {
  const number = `${(device >> 8) & 0xfff}:${device & 0xff}`;
  writeFileSync(`${folder}/blkio.throttle.write_bps_device`, `${number} 1000000000000`);
}

function rig(pool?: FilePool) {
  const source = new FakeSource();
  const sink = new CollectingSink();
  const { log, lines } = collectingLog();
  const windows = new ResourceWindows({ source, mounts, sink, log }, pool);
  const next = (container: Container): Described | undefined => {
    const record = windows.next(container);
    return record && describeAll(record)[0];
  };
  return { source, sink, lines, windows, next };
}

/** CPU time of a process and of its children that ended, in ns (proc_pid_stat(5), ticks of 10 ms). */
function cpuOf(pid: number): number {
  const words = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return [11, 12, 13, 14].reduce((sum, i) => sum + Number(words[i]), 0) * 1e7;
}

const has = (controller: string) =>
  mounts.v1.has(controller) || readFileSync(`${mounts.root}/cgroup.controllers`, 'utf8').includes(controller);

describe('ResourceWindows', () => {
  it('tells the CPU time that was used since the window before', async () => {
    const own = box();
    const { windows, next, source } = rig();
    const container = own.container();
    windows.open(container);
    const shell = await own.shell();
    next(container);
    const before = cpuOf(shell.pid ?? 0);
    source.time = 5_000n;
    await own.run(shell, 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done');
    const used = cpuOf(shell.pid ?? 0) - before;
    const window = next(container);
    expect(used).toBeGreaterThan(50e6);
    expect(Math.abs(Number(window?.cpu) - used)).toBeLessThan(40e6);
    expect(window).toMatchObject({ kind: 'window.resources', slot: 1, generation: 1, to: '5000', time: '5000' });
    expect(window?.cgroup).toBe(String(container.cgroup));
    expect(Number(next(container)?.cpu ?? 0)).toBeLessThan(20e6);
  });

  it('does not tell what a container used before it was found', async () => {
    const own = box();
    const shell = await own.shell();
    await own.run(shell, 'i=0; while [ $i -lt 200000 ]; do i=$((i+1)); done');
    const { windows, next } = rig();
    const container = own.container();
    windows.open(container);
    expect(Number(next(container)?.cpu ?? 0)).toBeLessThan(20e6);
  });

  it.skipIf(!has('memory'))('tells the memory in use', async () => {
    const own = box();
    const { windows, next } = rig();
    const container = own.container();
    windows.open(container);
    const shell = await own.shell();
    const before = Number(next(container)?.memory);
    await own.run(shell, `x=$(head -c 30000000 /dev/zero | tr '\\0' x)`);
    const after = Number(next(container)?.memory);
    expect(after - before).toBeGreaterThan(25e6);
    expect(after - before).toBeLessThan(200e6);
  });

  it.skipIf(!has('pids'))('tells the tasks', async () => {
    const own = box();
    const { windows, next } = rig();
    const container = own.container();
    windows.open(container);
    const shell = await own.shell();
    expect(next(container)?.pids).toBe(1);
    await own.run(shell, 'sleep 60 & a=$!; sleep 60 & b=$!; sleep 60 & c=$!');
    expect(next(container)?.pids).toBe(4);
    await own.run(shell, 'kill $a $b $c; wait');
    expect(next(container)?.pids).toBe(1);
  });

  it.skipIf(!mounts.v1.has('blkio'))('tells the bytes read and written', async () => {
    const own = box();
    const file = join(tmpdir(), `picket-resources-${process.pid}`);
    cleanup.push(() => rmSync(file, { force: true }));
    const { windows, next } = rig();
    const container = own.container();
    windows.open(container);
    accountDisk(`${mounts.v1.get('blkio')}${own.path}`, statSync(tmpdir()).dev);
    const shell = await own.shell();
    next(container);
    await own.run(shell, `dd if=/dev/zero of=${file} bs=1M count=4 oflag=direct 2>/dev/null`);
    const wrote = next(container);
    expect(Number(wrote?.written)).toBeGreaterThanOrEqual(4 << 20);
    expect(Number(wrote?.written)).toBeLessThan(6 << 20);
    await own.run(shell, `dd if=${file} of=/dev/null bs=1M iflag=direct 2>/dev/null`);
    const read = next(container);
    expect(Number(read?.read)).toBeGreaterThanOrEqual(4 << 20);
    expect(Number(read?.written)).toBeLessThan(1 << 20);
  });

  it.skipIf(!mounts.v1.has('cpu'))('tells how often the CPU limit held it back', async () => {
    const own = box();
    const { windows, next } = rig();
    const container = own.container();
    const folder = `${mounts.v1.get('cpu')}${own.path}`;
    writeFileSync(`${folder}/cpu.cfs_quota_us`, '10000');
    windows.open(container);
    const shell = await own.shell();
    next(container);
    await own.run(shell, 'i=0; while [ $i -lt 40000 ]; do i=$((i+1)); done');
    expect(next(container)?.throttled).toBeGreaterThan(1);
  });

  it('tells the bytes of the network, but not those of the last user of the slot', () => {
    const own = box();
    const { windows, next, source } = rig();
    const container = own.container();
    source.networkTotals.set(1, [100, 200]);
    windows.open(container);
    expect(next(container)).toBeUndefined();
    source.networkTotals.set(1, [150, 207]);
    expect(next(container)).toMatchObject({ received: '50', sent: '7', cpu: '0' });
    source.networkTotals.set(1, [151, 207]);
    expect(describeAll(windows.close(container) ?? new Uint8Array())[0]).toMatchObject({ received: '1', sent: '0' });
    expect(next(container)).toBeUndefined();
  });

  it('says nothing of a container that does nothing, and lets go of its files at its end', async () => {
    const own = box();
    const pool = new FilePool();
    const { windows, next } = rig(pool);
    const container = own.container();
    windows.open(container);
    expect(next(container)).toBeUndefined();
    await own.shell();
    next(container);
    expect(pool.size).toBeGreaterThan(0);
    await sleep(50);
    next(container);
    expect(next(container)).toBeUndefined();
    windows.close(container);
    expect(pool.size).toBe(0);
  });

  it('goes on when a cgroup goes away, and does not begin twice', async () => {
    const boxes = [box(), box()];
    const { windows, sink, lines } = rig();
    const registry = new ContainerRegistry(8);
    const containers = boxes.map((each) => each.container(registry));
    for (const container of containers) windows.open(container);
    const shell = await boxes[0]?.shell();
    await boxes[1]?.shell();
    await windows.sample(containers);
    shell?.kill('SIGKILL');
    if (shell) await once(shell, 'exit');
    for (const folder of boxes[0]?.folders ?? []) rmdirSync(folder);
    await Promise.all([windows.sample(containers), windows.sample(containers)]);
    expect(windows.stats).toEqual({ late: 1, unreadable: 0 });
    expect(sink.of('window.resources').length).toBeGreaterThanOrEqual(2);
    expect(lines).toEqual([]);
  });
});
