import { Header, KINDS, Kind, ProcessExec } from '@picket/sdk';
import { type ProcessFacts, readProcess, readStat, readTexts, TICK_NS } from './process-facts.ts';
import type { ProcessTable } from './process-table.ts';

/** `struct picket_walked` of bpf/probes/task_walk.bpf.c: a process.exec record without texts, then these. */
const EXEC_BYTES = KINDS.find(({ id }) => id === Kind.ProcessExec)?.size ?? 0;
const ARG_START = EXEC_BYTES;
const COMM = EXEC_BYTES + 8;
const COMM_BYTES = 16;
/** Bytes of one process in the walk. */
export const WALKED_BYTES = COMM + COMM_BYTES;

const NO_TEXTS = { exe: new Uint8Array(0), cwd: new Uint8Array(0), args: new Uint8Array(0), env: new Uint8Array(0) };

/**
 * Processes as one walk of the kernel over its tasks found them. Numbers are the kernel's own; paths and arguments
 * come from /proc when a process is asked for, and only while it is still the same process with the same program.
 */
export class TaskTable implements ProcessTable {
  readonly #view: DataView;
  readonly #bytes: Uint8Array;
  readonly #time: bigint;
  readonly #at = new Map<number, number>();
  readonly #byCgroup = new Map<bigint, number[]>();

  /**
   * @param bytes what the walk wrote
   * @param time CLOCK_BOOTTIME in ns when it began
   * @throws RangeError when the bytes are no whole processes
   */
  constructor(bytes: Uint8Array, time: bigint) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#time = time;
    if (bytes.length % WALKED_BYTES !== 0) throw new RangeError('the walk over tasks ends within a process');
    for (let at = 0; at + WALKED_BYTES <= bytes.length; at += WALKED_BYTES) this.#add(at);
  }

  get size(): number {
    return this.#at.size;
  }

  members(cgroups: Iterable<{ readonly id: bigint }>): number[] {
    const found = [...cgroups].flatMap(({ id }) => this.#byCgroup.get(id) ?? []);
    found.sort((a, b) => Number(this.#u64(a + Header.start) - this.#u64(b + Header.start)));
    return [...new Set(found.map((at) => this.#u32(at + Header.tgid)))];
  }

  read(pid: number): ProcessFacts | undefined {
    const at = this.#at.get(pid);
    // The kernel leaves the very first process out of its walk.
    if (at === undefined) return readProcess(pid, this.#time);
    const argStart = Number(this.#u64(at + ARG_START));
    const texts = argStart === 0 ? { ...NO_TEXTS, exeFlags: 0, argsTruncated: false } : readTexts(pid);
    return texts && this.#isStill(pid, at, argStart) ? { ...texts, ...this.#numbers(at) } : undefined;
  }

  /** Looked at after the texts: what is the same now was the same while they were read. */
  #isStill(pid: number, at: number, argStart: number): boolean {
    const stat = readStat(pid);
    if (!stat || BigInt(stat.ticks) !== this.#u64(at + Header.start) / TICK_NS) return false;
    // the first thread has ended: it shows no memory, and the others may have ended too since
    if (argStart === 0) return stat.threads > 1;
    // /proc says 0 to who may not look into the process
    return stat.argStart === 0 || stat.argStart === argStart;
  }

  #numbers(at: number) {
    return {
      seen: this.#time,
      exact: true,
      ...this.#identity(at),
      ...this.#credentials(at),
      pgid: this.#u32(at + ProcessExec.pgid),
      sid: this.#u32(at + ProcessExec.sid),
      vpid: this.#u32(at + ProcessExec.vpid),
      vpgid: this.#u32(at + ProcessExec.vpgid),
      vsid: this.#u32(at + ProcessExec.vsid),
      tty: this.#u32(at + ProcessExec.tty),
      exeFlags: this.#u32(at + ProcessExec.exeFlags),
      exeInode: this.#u64(at + ProcessExec.inode),
      exeCtime: this.#u64(at + ProcessExec.ctime),
      exeMtime: this.#u64(at + ProcessExec.mtime),
    };
  }

  #identity(at: number) {
    const comm = this.#bytes.subarray(at + COMM, at + COMM + COMM_BYTES);
    const end = comm.indexOf(0);
    return {
      pid: this.#u32(at + Header.tgid),
      ppid: this.#u32(at + Header.ppid),
      start: this.#u64(at + Header.start),
      parentStart: this.#u64(at + ProcessExec.parentStart),
      comm: end === -1 ? comm : comm.subarray(0, end),
    };
  }

  #credentials(at: number) {
    return {
      uid: this.#u32(at + Header.uid),
      euid: this.#u32(at + ProcessExec.euid),
      gid: this.#u32(at + ProcessExec.gid),
      egid: this.#u32(at + ProcessExec.egid),
      loginuid: this.#u32(at + ProcessExec.loginuid),
      capInheritable: this.#u64(at + ProcessExec.capInheritable),
      capPermitted: this.#u64(at + ProcessExec.capPermitted),
      capEffective: this.#u64(at + ProcessExec.capEffective),
    };
  }

  #add(at: number): void {
    this.#at.set(this.#u32(at + Header.tgid), at);
    const cgroup = this.#u64(at + Header.cgroup);
    const members = this.#byCgroup.get(cgroup);
    if (members) members.push(at);
    else this.#byCgroup.set(cgroup, [at]);
  }

  #u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  #u64(at: number): bigint {
    return this.#view.getBigUint64(at, true);
  }
}
