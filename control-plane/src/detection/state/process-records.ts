import {
  type EventCursor,
  Header,
  Kind,
  ProcessExec,
  ProcessExit,
  ProcessFork,
  ProcessMoved,
  SyscallNotable,
} from '@picket/sdk';
import type { ProcessNode } from './process-node.ts';

const COMM_BYTES = 15;

/** Reads the facts of a process.exec record into a node. */
export function readExec(node: ProcessNode, cursor: EventCursor): void {
  readOwner(node, cursor);
  node.parentStart = cursor.u64(ProcessExec.parentStart);
  node.exepath = cursor.string(ProcessExec.path);
  node.args = cursor.strings(ProcessExec.args);
  node.name = nameOf(cursor, node.args);
  node.cwd = cursor.string(ProcessExec.cwd);
  node.env = cursor.strings(ProcessExec.env);
  node.tty = cursor.u32(ProcessExec.tty);
  node.gid = cursor.u32(ProcessExec.gid);
  node.loginuid = cursor.u32(ProcessExec.loginuid);
  node.vpid = cursor.u32(ProcessExec.vpid);
  node.vpgid = cursor.u32(ProcessExec.vpgid);
  node.vsid = cursor.u32(ProcessExec.vsid);
  node.pgid = cursor.u32(ProcessExec.pgid);
  node.sid = cursor.u32(ProcessExec.sid);
  node.exeFlags = cursor.u32(ProcessExec.exeFlags);
  node.exeInode = cursor.u64(ProcessExec.inode);
  node.exeCtime = cursor.u64(ProcessExec.ctime);
  node.exeMtime = cursor.u64(ProcessExec.mtime);
  node.capEffective = cursor.big(ProcessExec.capEffective);
  node.capPermitted = cursor.big(ProcessExec.capPermitted);
  node.capInheritable = cursor.big(ProcessExec.capInheritable);
}

/**
 * The name of the task. A program that runs itself again through /proc/self/exe is called "exe" by the kernel
 * until it renames itself, which makes no event: busybox does so for every applet, and takes argument 0 as its name.
 */
function nameOf(cursor: EventCursor, args: readonly string[]): string {
  const comm = cursor.string(ProcessExec.comm);
  const first = args[0];
  if (comm !== 'exe' || !first || cursor.string(ProcessExec.filename) !== '/proc/self/exe') return comm;
  const name = first.slice(first.lastIndexOf('/') + 1).replace(/^-/, '');
  return name.slice(0, COMM_BYTES) || comm;
}

/** Reads what a process.fork record says about the child itself. */
export function readFork(node: ProcessNode, cursor: EventCursor): void {
  readOwner(node, cursor);
  node.parentStart = cursor.u64(ProcessFork.parentStart);
  node.vpid = cursor.u32(ProcessFork.vpid);
  node.pgid = cursor.u32(ProcessFork.pgid);
  node.sid = cursor.u32(ProcessFork.sid);
  const comm = cursor.string(ProcessFork.comm);
  if (comm !== '') node.name = comm;
}

/** Reads the header: parent, user and container. A known container is not forgotten. */
export function readOwner(node: ProcessNode, cursor: EventCursor): void {
  node.ppid = cursor.u32(Header.ppid);
  node.uid = cursor.u32(Header.uid);
  if (cursor.slot === 0) return;
  node.slot = cursor.slot;
  node.generation = cursor.generation;
}

/** The name of the task where the record carries one that is not the name after an exec; else empty. */
export function commOf(cursor: EventCursor): string {
  switch (cursor.kind) {
    case Kind.ProcessExit:
      return cursor.string(ProcessExit.comm);
    case Kind.ProcessMoved:
      return cursor.string(ProcessMoved.comm);
    case Kind.SyscallNotable:
      return cursor.string(SyscallNotable.comm);
    default:
      return '';
  }
}
