import type { LossCount, ProbePlan } from '@picket/sdk';

/** Slots of the `summary` array that `drain` fills. */
export const Summary = {
  /** Records written. */
  records: 0,
  /** 1 when the rings hold more than fitted. */
  more: 1,
  /** Records whose container is not known yet (slot 0). */
  pending: 2,
  /** Records dropped because their length could not be true. */
  malformed: 3,
  /** 1 when drain stopped behind a barrier record. */
  barrier: 4,
  /** Byte offset of that barrier record in `out`. */
  barrierAt: 5,
  /** Places written into `marks`. */
  marks: 7,
  /** `kinds + kind`: records of that kind. */
  kinds: 16,
  size: 144,
} as const;

/** Events of one container that were lost in the kernel; cumulative for one use of its slot. */
export interface SlotLoss extends LossCount {
  readonly slot: number;
  readonly generation: number;
}

/** How often one system call followed another in the same thread, in one container. */
export interface SlotBigrams {
  readonly slot: number;
  readonly generation: number;
  /** Pairs of `previous << 16 | next` and count. */
  readonly pairs: readonly [number, number][];
}

export interface ProbeState {
  readonly name: string;
  readonly state: 'attached' | 'detached' | 'failed';
  /** Why it failed, with what to do. */
  readonly reason?: string;
  readonly kinds: readonly string[];
}

/** Where events come from: the kernel, or a stand-in with the same shape. */
export interface EventSource {
  /** Begins; `onReady` is called (never re-entrantly) when there is something to drain. */
  start(onReady: () => void): void;
  /**
   * Copies records into `out` until it is full, the rings are empty, or a barrier record was written. Returns bytes. A
   * source may write the byte offsets of the records that are finished on the node (MARKED_KINDS) into `marks`.
   */
  drain(out: Uint8Array, summary: Uint32Array, marks?: Uint32Array): number;
  /** Takes `count` sequence numbers for records the agent writes itself; returns the first. */
  takeSequences(count: number): bigint;
  /** Events of this cgroup belong to the container in `slot`. */
  trace(cgroup: bigint, slot: number, generation: number): void;
  /** Events of this cgroup are not wanted. */
  ignore(cgroup: bigint): void;
  /**
   * The same for a cgroup that is older than the probes: nothing comes of it anyway, but looking for it in vain costs
   * each of its system calls more than finding it.
   */
  ignoreOld(cgroup: bigint): void;
  /** The cgroup is gone. */
  forget(cgroup: bigint): void;
  /**
   * Attaches, detaches and filters so that what the plan asks for comes, and nothing else; events of kinds that were
   * wanted before and still are do not get lost by it.
   */
  apply(plan: ProbePlan): void;
  /** The plan that is in force. */
  readonly plan: ProbePlan;
  /** Kernel loss counters since start, cumulative. */
  losses(): LossCount[];
  /** Those of them whose container is known; cumulative for one use of a slot. */
  slotLosses(): SlotLoss[];
  /**
   * What the kernel knows of every process now (`struct picket_walked` of task_walk.bpf.c, one behind the other);
   * undefined where it can not be asked.
   */
  walkTasks?(): Uint8Array | undefined;
  /** Pairs of system calls of one thread since the last call, by container; empty when the plan does not ask for them. */
  bigrams(): SlotBigrams[];
  /** Writes the system call counts of a slot since start, all CPUs, into `out[nr]` (512 numbers); cumulative. */
  syscallCounts(slot: number, out: Float64Array): void;
  /**
   * Writes the bytes of IP packets that the container in a slot received (`out[0]`) and sent (`out[1]`) since start;
   * cumulative. False when they are not counted, because the probe did not load.
   */
  networkBytes(slot: number, out: Float64Array): boolean;
  probes(): readonly ProbeState[];
  /** CLOCK_BOOTTIME in ns. */
  now(): bigint;
  stop(): void;
}
