import { FileFlag } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { allowedEnv, executableOf, parseStat, parseStatus, readProcess, readStat, readTexts } from './process-facts.ts';

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

describe('readProcess', () => {
  it('reads this process', () => {
    const facts = readProcess(process.pid, 7n);
    expect(facts).toMatchObject({ pid: process.pid, ppid: process.ppid, vpid: process.pid, uid: 0, euid: 0 });
    expect(facts).toMatchObject({ seen: 7n, exact: false, exeInode: 0n });
    expect(text(facts?.exe)).toBe(process.execPath);
    expect(text(facts?.cwd)).toBe(process.cwd());
    expect(text(facts?.args).split('\0')[0]).toContain('node');
    expect(facts?.start).toBeGreaterThanOrEqual(facts?.parentStart ?? 0n);
    expect(process.hrtime.bigint() - (facts?.start ?? 0n)).toBeGreaterThan(0n);
  });

  it('answers with nothing for a process that is gone and for a kernel thread', () => {
    expect(readProcess(4_194_303, 0n)).toBeUndefined();
    expect(readProcess(2, 0n)).toBeUndefined();
    expect(readTexts(4_194_303)).toBeUndefined();
    expect(readStat(4_194_303)).toBeUndefined();
  });
});

describe('parseStat', () => {
  it('takes a name with blanks and parentheses as it is', () => {
    const tail = `S 7 8 9 34817 8 0 ${'0 '.repeat(10)}3 0 4242 ${'0 '.repeat(25)}140723 0`;
    const stat = parseStat(`12 (a) b (c) ${tail}`);
    expect(stat).toMatchObject({ ppid: 7, pgid: 8, sid: 9, tty: 34_817, threads: 3, ticks: 4242, argStart: 140_723 });
    expect(text(stat.comm)).toBe('a) b (c');
  });
});

describe('parseStatus', () => {
  it('takes the innermost process id and the capabilities', () => {
    const status =
      'Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nNSpid:\t100\t20\t1\nNSpgid:\t100\t1\nNSsid:\t100\nCapEff:\t00000000a80425fb\n';
    expect(parseStatus(status)).toEqual({
      uid: 1,
      euid: 2,
      gid: 5,
      egid: 6,
      vpid: 1,
      vpgid: 1,
      vsid: 100,
      capEffective: 0xa80425fbn,
      capPermitted: 0n,
      capInheritable: 0n,
    });
  });
});

describe('executableOf', () => {
  it.each([
    ['/bin/true', '/bin/true', 0],
    ['/tmp/x (deleted)', '/tmp/x', FileFlag.deleted],
    ['/memfd:evil (deleted)', '/memfd:evil', FileFlag.deleted | FileFlag.memfd],
    ['/memfd:not', '/memfd:not', 0],
  ])('reads %s', (link, path, flags) => {
    const { exe, exeFlags } = executableOf(Buffer.from(link));
    expect([text(exe), exeFlags]).toEqual([path, flags]);
  });
});

describe('allowedEnv', () => {
  it('leaves out what is not on the list', () => {
    const environ = 'PASSWORD=x\0LD_PRELOAD=/tmp/a.so\0PATH=/bin\0BASH_ENV=/e\0';
    expect(text(allowedEnv(environ))).toBe('LD_PRELOAD=/tmp/a.so\0BASH_ENV=/e');
    expect(text(allowedEnv(''))).toBe('');
  });
});
