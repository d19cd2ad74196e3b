import { fileURLToPath } from 'node:url';
import { bootTimeNs, EventReader } from '@picket/native';
import { FULL_PLAN, type LossCount, type ProbePlan } from '@picket/sdk';
import type { AgentConfig } from '../config.ts';
import { findCgroupMounts } from '../containers/cgroup-root.ts';
import { AgentError } from '../errors.ts';
import { BigramMap } from './bigram-map.ts';
import { COMPAT_CALLS } from './compat-calls.ts';
import { envPrefixes } from './env-prefixes.ts';
import { BARRIER_KINDS, ContainerMap, LossMap, SyscallMap, writeWake } from './kernel-maps.ts';
import { NetBytesMap } from './net-bytes-map.ts';
import { PlanSwitch } from './plan/plan-switch.ts';
import { ProbeLoader } from './probe-loader.ts';
import { PROBES } from './probe-table.ts';
import { MARKED_KINDS, PATH_KINDS } from './reader-kinds.ts';
import { RingWatch } from './ring-watch.ts';
import type { EventSource, ProbeState, SlotBigrams, SlotLoss } from './types.ts';
import { UdpSweep } from './udp-sweep.ts';

/** A bulk backlog of this many bytes wakes the agent before its timer does. */
const WAKE_BYTES = 128 * 1024;
/** A wake can be missed by a hair when the agent goes to sleep: so long may a record wait then. */
const BACKSTOP_MS = 250;
const BUDGET_KINDS = 64;

export type KernelSourceOptions = Pick<AgentConfig, 'slots'> & {
  /** Events of processes outside containers are wanted too. */
  readonly traceHost?: boolean;
  /** What to do until `apply` is called; everything when left out. */
  readonly plan?: ProbePlan;
  /** Use the build for kernels before 6.2, as tests do. */
  readonly portable?: boolean;
};

/** Events of this machine's kernel. */
export class KernelSource implements EventSource {
  readonly loader: ProbeLoader;
  readonly #containers: ContainerMap;
  readonly #losses: LossMap;
  readonly #syscalls: SyscallMap;
  readonly #bytes: NetBytesMap;
  readonly #sweep: UdpSweep;
  #reader: EventReader | undefined;
  readonly #watch: RingWatch;
  readonly #plans: PlanSwitch;
  #bigrams: BigramMap | undefined;
  /** The last use of each slot. */
  readonly #generations = new Map<number, number>();

  /** Loads what all probes share; the rest is loaded and attached by `start` and `apply`. */
  constructor(options: KernelSourceOptions) {
    this.loader = new ProbeLoader(PROBES, {
      folder: fileURLToPath(new URL('../../../build/bpf', import.meta.url)),
      portable: options.portable,
      rodata: {
        process_exec: { env_prefixes: envPrefixes() },
        syscall_exit: { compat_calls: new Uint8Array(COMPAT_CALLS.buffer) },
      },
      mapEntries: {
        syscall_counts: options.slots,
        budgets: options.slots * BUDGET_KINDS,
        net_bytes: options.slots * 2,
      },
      cgroupRoot: findCgroupMounts().root,
    });
    this.#sweep = new UdpSweep(this.loader);
    this.#watch = new RingWatch((asleep) => writeWake(this.loader.map('wakes'), WAKE_BYTES, asleep));
    try {
      // it makes the maps that all others share
      this.loader.load('cgroup_life');
      this.#containers = new ContainerMap(this.loader.map('containers'), this.loader.map('front'));
      this.#losses = new LossMap(this.loader.map('losses'), this.loader.map('slot_losses'));
      this.#syscalls = new SyscallMap(this.loader.map('syscall_counts'));
      this.#plans = new PlanSwitch(this.loader, options.traceHost ?? false, options.plan ?? FULL_PLAN);
      this.#bytes = new NetBytesMap(this.loader);
      this.#reader = this.#openReader();
    } catch (error) {
      this.loader.close();
      throw error;
    }
  }

  #openReader(): EventReader {
    return new EventReader({
      rare: this.loader.map('events_rare'),
      bulk: this.loader.map('events_bulk'),
      onReady: () => this.#watch.wake(),
      barrierKinds: [...BARRIER_KINDS],
      markedKinds: MARKED_KINDS,
      pathKinds: PATH_KINDS,
      backstopMs: BACKSTOP_MS,
    });
  }

  start(onReady: () => void): void {
    this.#watch.start(onReady);
    this.#plans.apply(this.#plans.current);
    this.#sweep.start();
  }

  apply(plan: ProbePlan): void {
    this.#plans.apply(plan);
  }

  get plan(): ProbePlan {
    return this.#plans.current;
  }

  drain(out: Uint8Array, summary: Uint32Array, marks?: Uint32Array): number {
    const bytes = this.#open().drain(out, summary, marks);
    if (bytes > 0) this.#watch.found(bytes);
    return bytes;
  }

  takeSequences(count: number): bigint {
    const reader = this.#open();
    const first = reader.nextSequence;
    reader.nextSequence = first + BigInt(count);
    return first;
  }

  trace(cgroup: bigint, slot: number, generation: number): void {
    this.#open().assignSlot(cgroup, slot, generation);
    this.#containers.trace(cgroup, slot, generation);
    this.#generations.set(slot, generation);
  }

  ignore(cgroup: bigint): void {
    this.#containers.ignore(cgroup);
  }

  ignoreOld(cgroup: bigint): void {
    this.#containers.ignoreOld(cgroup);
  }

  forget(cgroup: bigint): void {
    this.#open().forgetSlot(cgroup);
    this.#containers.forget(cgroup);
  }

  losses(): LossCount[] {
    return [...this.#losses.read(), ...this.#containers.losses()];
  }

  slotLosses(): SlotLoss[] {
    return this.#losses.takeSlots((slot, generation) => this.#generations.get(slot) === generation);
  }

  bigrams(): SlotBigrams[] {
    const map = this.#plans.current.bigrams ? this.loader.findMap('bigrams') : undefined;
    if (!map) return [];
    this.#bigrams ??= new BigramMap(map);
    return this.#bigrams.take(this.#plans.nextBigramTable());
  }

  syscallCounts(slot: number, out: Float64Array): void {
    this.#syscalls.read(slot, out);
  }

  networkBytes(slot: number, out: Float64Array): boolean {
    return this.#bytes.read(slot, out);
  }

  walkTasks(): Uint8Array | undefined {
    // those of containers that were found late have no note of where they are
    this.loader.run('task_notes', 'note_missing');
    return this.loader.walk('task_walk');
  }

  probes(): readonly ProbeState[] {
    return this.loader.states();
  }

  now(): bigint {
    return bootTimeNs();
  }

  /** Detaches all probes. What is still in the rings is lost with them: drain first. */
  stop(): void {
    this.#watch.stop();
    this.#sweep.stop();
    this.#reader?.close();
    this.#reader = undefined;
    this.loader.close();
  }

  #open(): EventReader {
    if (!this.#reader) throw new Error('the event source has been stopped');
    return this.#reader;
  }
}

/** @throws AgentError PRIVILEGE_MISSING, KERNEL_UNSUPPORTED, PROBE_MISSING, PROBE_LAYOUT_MISMATCH */
export function openKernelSource(config: KernelSourceOptions): EventSource {
  if (process.arch !== 'x64')
    throw new AgentError(
      'KERNEL_UNSUPPORTED',
      `the probes are written for x86-64 only, this machine is ${process.arch}`,
    );
  return new KernelSource(config);
}
