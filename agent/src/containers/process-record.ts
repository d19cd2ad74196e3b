import { encodeRecord, HeaderFlag, Kind } from '@picket/sdk';
import type { ProcessFacts } from './process-facts.ts';
import type { Container } from './registry.ts';

/**
 * A `process.exec` record that says what a process is, not that it began now. Of a process of the host only the name
 * and the executable are told.
 * @param container undefined for a process of the host
 */
export function processRecord(process: ProcessFacts, container: Container | undefined): Uint8Array {
  const rounded = process.exact ? 0 : HeaderFlag.synthetic;
  const truncated = process.argsTruncated ? HeaderFlag.argsTruncated : 0;
  const header = {
    flags: HeaderFlag.snapshot | rounded | (container ? truncated : HeaderFlag.host),
    time: process.seen,
    tgid: process.pid,
    tid: process.pid,
    ppid: process.ppid,
    uid: process.uid,
    start: process.start,
    cgroup: container?.cgroup ?? 0n,
    slot: container?.slot ?? 0,
    generation: container?.generation ?? 0,
  };
  return encodeRecord(Kind.ProcessExec, header, { ...bodyOf(process), ...(container ? privateOf(process) : {}) });
}

function bodyOf(process: ProcessFacts) {
  return {
    parent_start: process.parentStart,
    inode: process.exeInode,
    ctime: process.exeCtime,
    mtime: process.exeMtime,
    cap_effective: process.capEffective,
    cap_permitted: process.capPermitted,
    cap_inheritable: process.capInheritable,
    gid: process.gid,
    euid: process.euid,
    egid: process.egid,
    loginuid: process.loginuid,
    pgid: process.pgid,
    sid: process.sid,
    vpid: process.vpid,
    vpgid: process.vpgid,
    vsid: process.vsid,
    tty: process.tty,
    exe_flags: process.exeFlags,
    path: process.exe,
    comm: process.comm,
  };
}

function privateOf(process: ProcessFacts) {
  const argc = process.args.length === 0 ? 0 : process.args.reduce((count, byte) => count + (byte === 0 ? 1 : 0), 1);
  return { argc, args: process.args, cwd: process.cwd, env: process.env };
}
