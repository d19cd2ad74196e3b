import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { COMPAT_CALLS } from './compat-calls.ts';

const NONE = 0xffff;
const headers = ['32', '64'].map((bits) => `/usr/include/x86_64-linux-gnu/asm/unistd_${bits}.h`);
const installed = headers.every((path) => existsSync(path));

function numbers(path: string): Map<string, number> {
  const found = readFileSync(path, 'utf8').matchAll(/^#define __NR_(\w+) (\d+)$/gm);
  return new Map([...found].map(([, name, number]) => [String(name), Number(number)]));
}

describe('the table of 32-bit calls', () => {
  it.skipIf(!installed)('says of every call of one name what the headers of the kernel say', () => {
    const [i386, native] = headers.map(numbers) as [Map<string, number>, Map<string, number>];
    expect(i386.size).toBeGreaterThan(400);
    for (const [name, number] of i386) {
      const same = native.get(name);
      if (same !== undefined) expect(COMPAT_CALLS[number], name).toBe(same);
    }
  });

  it.each([
    ['mmap2', 192, 9],
    ['mmap', 90, 9],
    ['_llseek', 140, 8],
    ['stat64', 195, 4],
    ['fcntl64', 221, 72],
    ['setuid32', 213, 105],
    ['setuid', 23, 105],
    ['chown32', 212, 92],
    ['truncate64', 193, 76],
    ['umount', 22, 166],
    ['fstatat64', 300, 262],
    ['futex_time64', 422, 202],
    ['openat', 295, 257],
    ['openat2', 437, 437],
    ['accept4', 364, 288],
  ])('knows that %s is another name of a call', (_, number, native) => {
    expect(COMPAT_CALLS[number]).toBe(native);
  });

  it('has no answer for calls that are many in one, nor for numbers that nobody has', () => {
    const SOCKETCALL = 102;
    const IPC = 117;
    for (const number of [SOCKETCALL, IPC, 17, 222, 223, 251, 511]) expect(COMPAT_CALLS[number]).toBe(NONE);
    expect(COMPAT_CALLS).toHaveLength(512);
  });
});
