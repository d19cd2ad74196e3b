import type { LossCount } from '@picket/sdk';

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
  /** `kinds + kind`: records of that kind. */
  kinds: 16,
  size: 144,
} as const;

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
  /** Copies records into `out` until it is full, the rings are empty, or a barrier record was written. Returns bytes. */
  drain(out: Uint8Array, summary: Uint32Array): number;
  /** Takes `count` sequence numbers for records the agent writes itself; returns the first. */
  takeSequences(count: number): bigint;
  /** Events of this cgroup belong to the container in `slot`. */
  trace(cgroup: bigint, slot: number, generation: number): void;
  /** Events of this cgroup are not wanted. */
  ignore(cgroup: bigint): void;
  /** The cgroup is gone. */
  forget(cgroup: bigint): void;
  /** Kernel loss counters since start, cumulative. */
  losses(): LossCount[];
  /** Writes the system call counts of a slot since start, all CPUs, into `out[nr]` (512 numbers); cumulative. */
  syscallCounts(slot: number, out: Float64Array): void;
  probes(): readonly ProbeState[];
  /** CLOCK_BOOTTIME in ns. */
  now(): bigint;
  stop(): void;
}
