import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { findCgroupMounts } from '../../containers/cgroup-root.ts';
import { cgroupProcesses } from '../../containers/cgroup-tree.ts';
import { CgroupBox } from '../../testing/cgroup-box.ts';
import { controlFiles, ownPath } from './control-files.ts';

const mounts = findCgroupMounts();

describe('controlFiles', () => {
  it('takes no file of a cgroup that others share', async () => {
    await using box = new CgroupBox();
    const child = spawn('/bin/sleep', ['60']);
    writeFileSync(`${mounts.root}${box.path}/cgroup.procs`, String(child.pid));
    expect(cgroupProcesses(mounts.root, box.path)).toEqual([child.pid]);
    const files = controlFiles(mounts, box.path, child.pid ?? 0).map(({ path }) => path);
    expect(files[0]).toBe(`${mounts.root}${box.path}/cpu.stat`);
    expect(files.every((path) => path.startsWith(`${mounts.root}${box.path}/`))).toBe(true);
  });

  it('knows only v2 of a process that is gone', async () => {
    await using box = new CgroupBox();
    expect(controlFiles(mounts, box.path, 4_194_303).every(({ path }) => path.startsWith(mounts.root))).toBe(true);
  });

  it.each([
    ['/docker/abc', '/docker/abc', '/docker/abc'],
    ['/docker/abc/init.scope', '/docker/abc', '/docker/abc'],
    ['/other/abc', '/docker/abc', '/other/abc'],
    ['/docker/abcd', '/docker/abc', undefined],
    ['/', '/docker/abc', undefined],
    ['', '/docker/abc', undefined],
    ['/x', '', undefined],
  ])('%j of %j is %j', (v1, v2, expected) => expect(ownPath(v1, v2)).toBe(expected));
});
