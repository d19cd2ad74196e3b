import { encodeRecord, HeaderFlag, Kind } from '@picket/sdk';
import type { ProcessFacts } from './process-facts.ts';
import type { Container } from './registry.ts';

/** USER_HZ is 100 on every architecture that Linux 5.8 and Node run on. */
const TICK_NS = 10_000_000n;

/** Start of a process on CLOCK_BOOTTIME in ns, rounded down to a tick: the kernel's own value is up to 10 ms later. */
export const startNs = (process: Pick<ProcessFacts, 'ticks'>) => BigInt(process.ticks) * TICK_NS;

/**
 * A `process.exec` record that says what a process is, not that it began now. Of a process of the host only the name
 * and the executable are told.
 * @param parent its parent, for the start that names it
 * @param container undefined for a process of the host
 * @param now CLOCK_BOOTTIME in ns
 */
export function processRecord(
  process: ProcessFacts,
  parent: Pick<ProcessFacts, 'ticks'> | undefined,
  container: Container | undefined,
  now: bigint,
): Uint8Array {
  const flags = HeaderFlag.snapshot | HeaderFlag.synthetic;
  const truncated = process.argsTruncated ? HeaderFlag.argsTruncated : 0;
  const header = {
    flags: flags | (container ? truncated : HeaderFlag.host),
    time: now,
    tgid: process.pid,
    tid: process.pid,
    ppid: process.ppid,
    uid: process.uids[0] ?? 0,
    start: startNs(process),
    cgroup: container?.cgroup ?? 0n,
    slot: container?.slot ?? 0,
    generation: container?.generation ?? 0,
  };
  return encodeRecord(Kind.ProcessExec, header, {
    ...bodyOf(process, parent),
    ...(container ? privateOf(process) : {}),
  });
}

function bodyOf(process: ProcessFacts, parent: Pick<ProcessFacts, 'ticks'> | undefined) {
  return {
    parent_start: parent ? startNs(parent) : 0n,
    cap_effective: process.capEffective,
    cap_permitted: process.capPermitted,
    cap_inheritable: process.capInheritable,
    gid: process.gids[0] ?? 0,
    euid: process.uids[1] ?? 0,
    egid: process.gids[1] ?? 0,
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
