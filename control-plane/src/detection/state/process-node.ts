import type { Process } from '../../types.ts';
import type { LineMemo } from './line-memo.ts';

/** A clock tick of /proc/PID/stat in ns: what a start time read there may lack. */
export const TICK = 10_000_000;

const NONE: readonly string[] = [];

/** A process in the tree. Its identity stays when it runs another program; its facts change. */
export class ProcessNode implements Process {
  readonly pid: number;
  start: number;
  ppid = 0;
  parentStart = 0;
  parent: ProcessNode | undefined = undefined;
  name = '';
  exepath = '';
  args: readonly string[] = NONE;
  cwd = '';
  env: readonly string[] = NONE;
  tty = 0;
  uid = 0;
  gid = 0;
  loginuid = 4294967295;
  vpid = 0;
  vpgid = 0;
  vsid = 0;
  pgid = 0;
  sid = 0;
  exeFlags = 0;
  exeInode = 0;
  exeCtime = 0;
  exeMtime = 0;
  capEffective = 0n;
  capPermitted = 0n;
  capInheritable = 0n;
  slot = 0;
  generation = 0;
  entryPid = 0;
  entryStart = 0;
  entryVpid = 0;
  exited = 0;

  /** Time of the last exec; the facts hold from then on. 0 when they hold from the start. */
  since = 0;
  /** The program before the last exec. Bulk events are read after rare ones, so it may still get some. */
  earlier: ProcessNode | undefined = undefined;
  /** The process that had the same pid before, while it is kept. */
  older: ProcessNode | undefined = undefined;
  /** The start was read from /proc: rounded down to a clock tick. */
  coarse = false;
  /** Children that the tree finds. */
  children = 0;
  /** Scratch of whoever writes nodes down: its number in the list at hand. */
  row = -1;
  /** Changes whenever a fact of it or its parent does; the tree gives no number twice, and each is higher than those before. */
  stamp = 0;
  /** Whether a process may descend from it. */
  isParent = false;
  /** What was worked out about it, see `NodeView.memoOf`. */
  memo: LineMemo | undefined = undefined;
  /** Whether the tree finds it by pid; false for ancestors that only their descendants keep. */
  kept = false;

  constructor(pid: number, start: number) {
    this.pid = pid;
    this.start = start;
  }

  /** Whether this is the process that began at `start`; `rounded` tells that `start` itself lacks up to a tick. */
  began(start: number, rounded: boolean): boolean {
    if (this.start === start) return true;
    const lack = this.coarse ? start - this.start : rounded ? this.start - start : -1;
    return lack >= 0 && lack < TICK;
  }

  /** Takes a start that lacks nothing in place of one that was read from /proc. */
  sharpen(start: number): void {
    if (!this.coarse) return;
    this.start = start;
    this.coarse = false;
  }

  /** Takes over what a child inherits at fork, and what an image keeps when it is set aside. */
  inherit(from: ProcessNode): this {
    this.name = from.name;
    this.exepath = from.exepath;
    this.args = from.args;
    this.cwd = from.cwd;
    this.env = from.env;
    this.tty = from.tty;
    this.uid = from.uid;
    this.gid = from.gid;
    this.loginuid = from.loginuid;
    this.vpgid = from.vpgid;
    this.vsid = from.vsid;
    this.pgid = from.pgid;
    this.sid = from.sid;
    this.exeFlags = from.exeFlags;
    this.exeInode = from.exeInode;
    this.exeCtime = from.exeCtime;
    this.exeMtime = from.exeMtime;
    this.capEffective = from.capEffective;
    this.capPermitted = from.capPermitted;
    this.capInheritable = from.capInheritable;
    this.slot = from.slot;
    this.generation = from.generation;
    return this.enterWith(from);
  }

  /** Comes from where another process of the container comes from. */
  enterWith(other: Process): this {
    this.entryPid = other.entryPid;
    this.entryStart = other.entryStart;
    this.entryVpid = other.entryVpid;
    return this;
  }

  /** Is the first of its line in its container. */
  enter(): void {
    this.entryPid = this.pid;
    this.entryStart = this.start;
    this.entryVpid = this.vpid;
  }

  inContainerOf(other: Process): boolean {
    return this.slot === other.slot && this.generation === other.generation;
  }

  /** A copy of what the process is now, to be kept as `earlier`. */
  image(): ProcessNode {
    const copy = new ProcessNode(this.pid, this.start).inherit(this);
    copy.ppid = this.ppid;
    copy.parentStart = this.parentStart;
    copy.parent = this.parent;
    copy.vpid = this.vpid;
    copy.since = this.since;
    return copy;
  }
}
