import { FileFlag } from '@picket/sdk';
import { describe, expect, it } from 'vitest';
import { allowedEnv, executableOf, parseStat, parseStatus, readProcess } from './process-facts.ts';
import { startNs } from './process-record.ts';

const text = (bytes: Uint8Array | undefined) => Buffer.from(bytes ?? []).toString();

describe('readProcess', () => {
  it('reads this process', () => {
    const facts = readProcess(process.pid);
    expect(facts).toMatchObject({ pid: process.pid, ppid: process.ppid, vpid: process.pid, uids: [0, 0, 0, 0] });
    expect(text(facts?.exe)).toBe(process.execPath);
    expect(text(facts?.cwd)).toBe(process.cwd());
    expect(text(facts?.args).split('\0')[0]).toContain('node');
    const age = process.hrtime.bigint() - startNs({ ticks: facts?.ticks ?? 0 });
    expect(age).toBeGreaterThan(0n);
  });

  it('answers with nothing for a process that is gone and for a kernel thread', () => {
    expect(readProcess(4_194_303)).toBeUndefined();
    expect(readProcess(2)).toBeUndefined();
  });
});

describe('parseStat', () => {
  it('takes a name with blanks and parentheses as it is', () => {
    const tail = `S 7 8 9 34817 8 0 ${'0 '.repeat(12)}4242 0 0`;
    expect(parseStat(`12 (a) b (c) ${tail}`)).toMatchObject({ ppid: 7, pgid: 8, sid: 9, tty: 34_817, ticks: 4242 });
    expect(text(parseStat(`12 (a) b (c) ${tail}`).comm)).toBe('a) b (c');
  });
});

describe('parseStatus', () => {
  it('takes the innermost process id and the capabilities', () => {
    const status =
      'Uid:\t1\t2\t3\t4\nGid:\t5\t6\t7\t8\nNSpid:\t100\t20\t1\nNSpgid:\t100\t1\nNSsid:\t100\nCapEff:\t00000000a80425fb\n';
    expect(parseStatus(status)).toMatchObject({
      uids: [1, 2, 3, 4],
      gids: [5, 6, 7, 8],
      vpid: 1,
      vpgid: 1,
      vsid: 100,
      capEffective: 0xa80425fbn,
      capPermitted: 0n,
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
