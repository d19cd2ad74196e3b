import { describe, expect, it } from 'vitest';
import { findCgroupMounts } from './cgroup-root.ts';
import { cgroupId, isPopulated, walkCgroups } from './cgroup-tree.ts';

describe('findCgroupMounts', () => {
  it('finds the mount of this host, with the whole tree below it', () => {
    const { root, all } = findCgroupMounts();
    expect(all).toContain(root);
    expect(cgroupId(root, '')).toBe(1n);
  });

  it('says what to do when there is no cgroup2', () => {
    const v1 = '40 31 0:37 / /sys/fs/cgroup/pids rw - cgroup cgroup rw,pids\n';
    expect(() => findCgroupMounts(v1)).toThrow(expect.objectContaining({ code: 'CGROUP2_MISSING' }));
    expect(() => findCgroupMounts('')).toThrow(/mount one/);
  });

  it('refuses a mount that shows a part of the tree only', () => {
    const part = '41 31 0:38 /box /tmp rw - cgroup2 cgroup2 rw\n';
    expect(() => findCgroupMounts(part)).toThrow(/name space of the host/);
  });

  it('reads optional fields and escaped blanks', () => {
    const { root } = findCgroupMounts();
    const real = `41 31 0:38 / ${root.replaceAll(' ', '\\040')} rw,nosuid shared:9 master:1 - cgroup2 cgroup2 rw\n`;
    const odd = '42 31 0:39 / /mnt/with\\040blank rw - cgroup cgroup rw,cpu\n';
    const mounts = findCgroupMounts(`${real}${odd}garbage line\n`);
    expect(mounts).toMatchObject({ root, all: [root, '/mnt/with blank'] });
    expect(mounts.v1.get('cpu')).toBe('/mnt/with blank');
  });
});

describe('controllers of v1', () => {
  it('are found where the whole of their tree is mounted', () => {
    const { root } = findCgroupMounts();
    const lines = [
      `41 31 0:38 / ${root} rw - cgroup2 cgroup2 rw`,
      '42 31 0:39 / /c/cpu,cpuacct rw - cgroup cgroup rw,cpu,cpuacct',
      '43 31 0:40 /box /c/part rw - cgroup cgroup rw,memory',
    ];
    const { v1 } = findCgroupMounts(lines.join('\n'));
    expect([v1.get('cpu'), v1.get('cpuacct'), v1.get('memory')]).toEqual([
      '/c/cpu,cpuacct',
      '/c/cpu,cpuacct',
      undefined,
    ]);
  });
});

describe('walkCgroups', () => {
  it('answers with nothing for a cgroup that is gone', () => {
    const { root } = findCgroupMounts();
    expect([...walkCgroups(root, '/picket-was-never-here')]).toEqual([]);
    expect(isPopulated(root, '/picket-was-never-here')).toBe(false);
    expect(cgroupId(root, '/picket-was-never-here')).toBeUndefined();
  });
});
