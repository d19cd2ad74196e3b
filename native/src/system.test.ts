import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { bootTimeNs, cgroupId, possibleCpus } from './index.ts';

describe('the machine', () => {
  it('counts CPUs', () => {
    const last = Number(/(\d+)\s*$/.exec(readFileSync('/sys/devices/system/cpu/possible', 'utf8'))?.[1]);
    expect(possibleCpus()).toBe(last + 1);
  });

  it('tells the time since boot', () => {
    const before = bootTimeNs();
    const uptime = Number(readFileSync('/proc/uptime', 'utf8').split(' ')[0]);
    const after = bootTimeNs();
    // /proc/uptime cuts to 10 ms.
    expect(uptime).toBeGreaterThanOrEqual(Number(before / 10_000_000n) / 100 - 0.011);
    expect(uptime).toBeLessThanOrEqual(Number(after) / 1e9 + 0.011);
  });

  it('gives ids only for directories of cgroup2', () => {
    for (const path of ['/tmp', '/proc', '/nowhere']) {
      expect(() => cgroupId(path)).toThrow(expect.objectContaining({ code: 'CGROUP_FAILED' }));
    }
    expect(() => cgroupId('/sys\0/fs')).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT' }));
  });
});
