import { closeSync, openSync, readlinkSync, readSync } from 'node:fs';
import { FileFlag } from '@picket/sdk';
import { ENV_ALLOWED } from '../source/env-prefixes.ts';

/** What is known of a running process. */
export interface ProcessFacts extends ProcessTexts {
  /** CLOCK_BOOTTIME in ns at which these facts held: an event after that is newer. */
  readonly seen: bigint;
  /** The starts are the kernel's own; else they are rounded down to a clock tick. */
  readonly exact: boolean;
  readonly pid: number;
  readonly ppid: number;
  /** Start on CLOCK_BOOTTIME in ns. */
  readonly start: bigint;
  /** Start of the parent; 0 when it is not known. */
  readonly parentStart: bigint;
  readonly pgid: number;
  readonly sid: number;
  /** Device number of the controlling terminal; 0 when there is none. */
  readonly tty: number;
  readonly comm: Uint8Array;
  readonly uid: number;
  readonly euid: number;
  readonly gid: number;
  readonly egid: number;
  /** Process, group and session id in the innermost name space. */
  readonly vpid: number;
  readonly vpgid: number;
  readonly vsid: number;
  readonly capInheritable: bigint;
  readonly capPermitted: bigint;
  readonly capEffective: bigint;
  readonly loginuid: number;
  /** 0 when they are not known, as the two times (ns since 1970). */
  readonly exeInode: bigint;
  readonly exeCtime: bigint;
  readonly exeMtime: bigint;
}

/** What only /proc says of a process. */
export interface ProcessTexts {
  /** Path of the executable as its own mount name space shows it; empty for a kernel thread. */
  readonly exe: Uint8Array;
  readonly exeFlags: number;
  readonly cwd: Uint8Array;
  /** Arguments with NUL between them. */
  readonly args: Uint8Array;
  readonly argsTruncated: boolean;
  /** Allow-listed variables, NAME=value with NUL between them. */
  readonly env: Uint8Array;
}

/** USER_HZ is 100 on every architecture that Linux 5.8 and Node run on. */
export const TICK_NS = 10_000_000n;

/** Bytes of arguments that are kept. */
const MOST_ARGS = 4096;
const NO_LOGIN = 4_294_967_295;
const EMPTY = new Uint8Array(0);
const scratch = Buffer.allocUnsafe(32_768);

/**
 * Reads a process from /proc; undefined when it is gone or has no program (kernel threads, zombies).
 * @param seen CLOCK_BOOTTIME in ns, not later than now
 */
export function readProcess(pid: number, seen: bigint): ProcessFacts | undefined {
  return unlessGone(() => {
    const { ticks, argStart: _, threads: __, ...stat } = parseStat(readProc(pid, 'stat').toString('latin1'));
    const status = parseStatus(readProc(pid, 'status').toString('latin1'));
    const loginuid = numberOr(readProc(pid, 'loginuid').toString('latin1'), NO_LOGIN);
    return {
      ...{ pid, seen, exact: false, start: startOf(ticks), parentStart: startOf(readStat(stat.ppid)?.ticks ?? 0) },
      ...stat,
      ...status,
      ...{ loginuid, exeInode: 0n, exeCtime: 0n, exeMtime: 0n },
      ...textsOf(pid),
    };
  });
}

/** Start of a process on CLOCK_BOOTTIME in ns, rounded down to a tick: the kernel's own value is up to 10 ms later. */
const startOf = (ticks: number) => BigInt(ticks) * TICK_NS;

/** Paths, arguments and environment of a process; undefined when it is gone or has no program. */
export function readTexts(pid: number): ProcessTexts | undefined {
  return unlessGone(() => textsOf(pid));
}

/**
 * Reads only files that the kernel answers from its own memory. Following /proc/PID/exe would ask the file system of
 * the container, which may be one (FUSE) that never answers; cmdline is read from the memory of the process, but since
 * Linux 4.17 never from pages that a file backs (CVE-2018-1120).
 */
function textsOf(pid: number): ProcessTexts {
  const exe = executableOf(unlessDenied(() => readlinkSync(`/proc/${pid}/exe`, 'buffer')));
  const args = trimNul(new Uint8Array(readProc(pid, 'cmdline')));
  return {
    ...exe,
    cwd: new Uint8Array(unlessDenied(() => readlinkSync(`/proc/${pid}/cwd`, 'buffer'))),
    args: args.subarray(0, MOST_ARGS),
    argsTruncated: args.length > MOST_ARGS,
    env: allowedEnv(unlessDenied(() => readProc(pid, 'environ')).toString('latin1')),
  };
}

/** What tells a process from another one of the same id, and its program from an earlier one. */
export interface ProcessStat {
  /** Start in clock ticks since boot. */
  readonly ticks: number;
  /** Where the arguments begin in its memory; 0 when that is not told. */
  readonly argStart: number;
  /** Threads, with a first one that has ended. */
  readonly threads: number;
}

/** Undefined when the process is gone. */
export function readStat(pid: number): ProcessStat | undefined {
  return unlessGone(() => parseStat(readProc(pid, 'stat').toString('latin1')));
}

function unlessGone<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EINVAL'].includes(codeOf(error))) return undefined;
    throw error;
  }
}

/** Some facts may be closed to the agent (a process of an outer user name space): the others still count. */
function unlessDenied(read: () => Buffer): Buffer {
  try {
    return read();
  } catch (error) {
    if (['EACCES', 'EPERM'].includes(codeOf(error))) return Buffer.alloc(0);
    throw error;
  }
}

const codeOf = (error: unknown) => (error as NodeJS.ErrnoException).code ?? '';

/** The variables that the kernel probe would send too. Bytes are kept as they are. */
export function allowedEnv(environ: string, allowed: readonly string[] = ENV_ALLOWED): Uint8Array {
  const variables = environ.split('\0').filter((variable) => allowed.some((prefix) => variable.startsWith(prefix)));
  return new Uint8Array(Buffer.from(variables.join('\0').slice(0, MOST_ARGS), 'latin1'));
}

/** The bytes stay true until the next call. */
function readProc(pid: number, name: string): Buffer {
  const file = openSync(`/proc/${pid}/${name}`, 'r');
  try {
    return scratch.subarray(0, readSync(file, scratch, 0, scratch.length, 0));
  } finally {
    closeSync(file);
  }
}

/** Fields by their numbers in proc_pid_stat(5). A name may hold blanks and parentheses: it ends at the last one. */
export function parseStat(text: string) {
  const open = text.indexOf('(');
  const close = text.lastIndexOf(')');
  const words = text.slice(close + 2).split(' ');
  const at = (field: number) => Number(words[field - 3] ?? 0);
  return {
    comm: new Uint8Array(Buffer.from(text.slice(open + 1, close), 'latin1')),
    ppid: at(4),
    pgid: at(5),
    sid: at(6),
    tty: at(7) >>> 0,
    threads: at(20),
    ticks: at(22),
    argStart: at(48),
  };
}

export function parseStatus(text: string) {
  const words = (key: string) => new RegExp(`^${key}:\\s+(.*)$`, 'm').exec(text)?.[1]?.split(/\s+/) ?? [];
  const mask = (key: string) => BigInt(`0x${words(key)[0] ?? '0'}`);
  const [uid = 0, euid = 0] = words('Uid').map(Number);
  const [gid = 0, egid = 0] = words('Gid').map(Number);
  return {
    uid,
    euid,
    gid,
    egid,
    vpid: Number(words('NSpid').at(-1) ?? 0),
    vpgid: Number(words('NSpgid').at(-1) ?? 0),
    vsid: Number(words('NSsid').at(-1) ?? 0),
    capInheritable: mask('CapInh'),
    capPermitted: mask('CapPrm'),
    capEffective: mask('CapEff'),
  };
}

/** The kernel writes ` (deleted)` behind the path of a file without a name, and `/memfd:` before one that never had one. */
export function executableOf(link: Buffer): { exe: Uint8Array; exeFlags: number } {
  const deleted = link.toString('latin1').endsWith(' (deleted)');
  const path = deleted ? link.subarray(0, link.length - ' (deleted)'.length) : link;
  const memfd = deleted && path.toString('latin1').startsWith('/memfd:');
  return {
    exe: new Uint8Array(path),
    exeFlags: (deleted ? FileFlag.deleted : 0) | (memfd ? FileFlag.memfd : 0),
  };
}

function trimNul(bytes: Uint8Array): Uint8Array {
  let end = bytes.length;
  while (end > 0 && bytes[end - 1] === 0) end--;
  return end === 0 ? EMPTY : bytes.subarray(0, end);
}

function numberOr(text: string, otherwise: number): number {
  return /^\d+\s*$/.test(text) ? Number(text) : otherwise;
}
