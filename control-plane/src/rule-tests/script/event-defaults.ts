import { type FieldValue, Kind, parseIp } from '@picket/sdk';
import type { ScriptNode, ScriptProcess } from './script-node.ts';

type Body = Readonly<Record<string, FieldValue>>;

const UNSET = 4294967295;
const REGULAR = 0o100644;
/** What container runtimes leave to root. */
const ROOT_CAPABILITIES = 0xa80425fbn;

/** What an event needs besides a kind, so that rules find in it what they would find in a real one. */
export const REQUIRED: Readonly<Record<number, readonly string[]>> = {
  [Kind.ProcessExec]: ['pid', 'path'],
  [Kind.ProcessFork]: ['pid', 'ppid'],
  [Kind.ProcessExit]: ['pid'],
  [Kind.ProcessMoved]: ['pid', 'path'],
  [Kind.FileOpen]: ['pid', 'path'],
  [Kind.FileModify]: ['pid', 'syscall', 'path'],
  [Kind.NetConnect]: ['pid', 'remote_ip', 'remote_port'],
  [Kind.NetAccept]: ['pid', 'remote_ip', 'local_port'],
  [Kind.NetListen]: ['pid', 'local_port'],
  [Kind.NetClose]: ['pid', 'remote_ip'],
  [Kind.NetUdp]: ['pid', 'remote_ip', 'remote_port'],
  [Kind.NetDns]: ['name'],
  [Kind.NetUnix]: ['pid', 'path'],
  [Kind.NetSocket]: ['pid', 'domain', 'type'],
  [Kind.SyscallNotable]: ['pid', 'syscall'],
};

/** Shorter names of fields, by kind. */
export const ALIASES: Readonly<Record<number, Readonly<Record<string, string>>>> = {
  [Kind.FileOpen]: { flags: 'open_flags' },
};

/** The call that an event of the kind is made by when nothing is said. */
export const DEFAULT_CALL: Readonly<Record<number, string>> = {
  [Kind.ProcessExec]: 'execve',
  [Kind.ProcessFork]: 'clone',
  [Kind.FileOpen]: 'openat',
  [Kind.NetConnect]: 'connect',
  [Kind.NetAccept]: 'accept4',
  [Kind.NetListen]: 'listen',
  [Kind.NetUdp]: 'sendto',
  [Kind.NetUnix]: 'connect',
  [Kind.NetSocket]: 'socket',
};

/** Result of a call that went well. */
export const DEFAULT_RESULT: Readonly<Record<number, number>> = {
  [Kind.FileOpen]: 3,
  [Kind.NetAccept]: 6,
  [Kind.NetSocket]: 5,
};

/** What is known about an event before its body is made. */
export interface EventFrame {
  readonly kind: number;
  readonly result: bigint;
  readonly time: number;
  readonly process: ScriptProcess | undefined;
  readonly node: ScriptNode;
  /** Counts the events of the script. */
  readonly number: number;
}

/** The values of the body that the script left out. */
export function defaultBody(frame: EventFrame, given: Body): Body {
  const { kind, process } = frame;
  switch (kind) {
    case Kind.ProcessExec:
      return process ? execBody(process, frame.node, given) : {};
    case Kind.ProcessFork:
      return process ? forkBody(process) : {};
    case Kind.ProcessExit:
      return { duration: frame.time - (process?.start ?? frame.time), comm: process?.comm ?? '' };
    case Kind.ProcessMoved:
      return { comm: process?.comm ?? '', mover_pid: process?.pid ?? 0 };
    case Kind.FileOpen:
      return frame.result < 0n ? { count: 1 } : { count: 1, file_mode: REGULAR, inode: 1000 + frame.number, links: 1 };
    case Kind.FileModify:
      return { count: 1, owner: UNSET, group: UNSET };
    case Kind.SyscallNotable:
      return { count: 1, old_id: UNSET, new_id: UNSET, comm: process?.comm ?? '' };
    case Kind.NetUnix:
      return { type: 1, fd: 5 };
    default:
      return socketBody(frame, given);
  }
}

function execBody(process: ScriptProcess, node: ScriptNode, given: Body): Body {
  const path = String(given.path ?? '');
  const args = Array.isArray(given.args) ? given.args : [path];
  const uid = process.uid;
  const capabilities = uid === 0 ? ROOT_CAPABILITIES : 0n;
  const gid = (given.gid as bigint | undefined) ?? (uid === 0 ? 0 : uid);
  return {
    parent_start: process.parentStart,
    inode: 500,
    cap_effective: capabilities,
    cap_permitted: capabilities,
    gid,
    euid: uid,
    egid: gid,
    loginuid: UNSET,
    pgid: process.pgid,
    sid: process.sid,
    vpid: process.vpid,
    vpgid: process.pgid === process.pid ? process.vpid : (node.find(process.pgid)?.vpid ?? 0),
    vsid: node.sessionWithin(process),
    argc: args.length,
    filename: path,
    args: args as readonly string[],
    cwd: '/',
    comm: path.slice(path.lastIndexOf('/') + 1).slice(0, 15),
  };
}

const forkBody = (process: ScriptProcess): Body => ({
  parent_start: process.parentStart,
  parent_tid: process.ppid,
  vpid: process.vpid,
  pgid: process.pgid,
  sid: process.sid,
  comm: process.comm,
});

const SOCKETS: readonly number[] = [
  Kind.NetConnect,
  Kind.NetAccept,
  Kind.NetListen,
  Kind.NetClose,
  Kind.NetUdp,
  Kind.NetDns,
];

function socketBody({ kind, number }: EventFrame, given: Body): Body {
  if (!SOCKETS.includes(kind)) return {};
  const peer = given.remote_ip ?? given.local_ip;
  const v6 = peer instanceof Uint8Array && !isMapped(peer);
  const datagrams = kind === Kind.NetUdp || kind === Kind.NetDns;
  const body = {
    local_ip: bytes(v6 ? 'fd00::9' : '10.0.0.9'),
    remote_ip: bytes(v6 ? '::' : '0.0.0.0'),
    local_port: 40_000 + (number % 20_000),
    socket: 9000 + number,
    family: v6 ? 10 : 2,
    protocol: datagrams ? 17 : 6,
  };
  if (kind === Kind.NetDns) return { ...body, remote_port: 53, type: 1 };
  if (kind === Kind.NetClose) return { ...body, role: 1 };
  return kind === Kind.NetListen ? { ...body, fd: 5, backlog: 128 } : { ...body, fd: 5, count: 1 };
}

const isMapped = (address: Uint8Array) => address.subarray(0, 10).every((byte) => byte === 0) && address[10] === 0xff;

const bytes = (ip: string): Uint8Array => parseIp(ip) ?? new Uint8Array(16);
