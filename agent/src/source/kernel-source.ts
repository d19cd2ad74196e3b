import { fileURLToPath } from 'node:url';
import { bootTimeNs, EventReader } from '@picket/native';
import type { LossCount } from '@picket/sdk';
import type { AgentConfig } from '../config.ts';
import { AgentError } from '../errors.ts';
import { envPrefixes } from './env-prefixes.ts';
import { BARRIER_KINDS, ContainerMap, LossMap, SyscallMap, writeSettings } from './kernel-maps.ts';
import { ProbeLoader } from './probe-loader.ts';
import { PROBES } from './probe-table.ts';
import { RingWatch } from './ring-watch.ts';
import type { EventSource, ProbeState } from './types.ts';

/** A bulk backlog of this many bytes wakes the agent before its timer does. */
const WAKE_BYTES = 128 * 1024;
/** A wake can be missed by a hair when the agent goes to sleep: so long may a record wait then. */
const BACKSTOP_MS = 250;
const SYSCALLS = 512;

export type KernelSourceOptions = Pick<AgentConfig, 'slots'> & {
  /** Use the build for kernels before 6.2, as tests do. */
  readonly portable?: boolean;
};

/** Events of this machine's kernel. */
export class KernelSource implements EventSource {
  readonly loader: ProbeLoader;
  readonly #containers: ContainerMap;
  readonly #losses: LossMap;
  readonly #syscalls: SyscallMap;
  #reader: EventReader | undefined;
  readonly #watch: RingWatch;
  #handled: ReadonlySet<number> = new Set();

  /** Loads all probes; nothing is attached before `start`. */
  constructor(options: KernelSourceOptions) {
    this.loader = new ProbeLoader({
      folder: fileURLToPath(new URL('../../../build/bpf', import.meta.url)),
      portable: options.portable,
      rodata: { process_exec: { env_prefixes: envPrefixes() } },
      mapEntries: { syscall_counts: options.slots * SYSCALLS },
    });
    this.#watch = new RingWatch((asleep) => this.#settle(asleep));
    try {
      for (const probe of PROBES) this.loader.load(probe);
      this.#containers = new ContainerMap(this.loader.map('containers'));
      this.#losses = new LossMap(this.loader.map('losses'));
      this.#syscalls = new SyscallMap(this.loader.map('syscall_counts'));
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
      backstopMs: BACKSTOP_MS,
    });
  }

  #settle(asleep: boolean): void {
    const settings = { traceHost: false, histogram: true, wakeBytes: WAKE_BYTES, asleep, handled: this.#handled };
    writeSettings(this.loader.map('settings'), settings);
  }

  start(onReady: () => void): void {
    this.#handled = this.loader.attach();
    this.#watch.start(onReady);
  }

  drain(out: Uint8Array, summary: Uint32Array): number {
    const bytes = this.#open().drain(out, summary);
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
  }

  ignore(cgroup: bigint): void {
    this.#containers.ignore(cgroup);
  }

  forget(cgroup: bigint): void {
    this.#open().forgetSlot(cgroup);
    this.#containers.forget(cgroup);
  }

  losses(): LossCount[] {
    return this.#losses.read();
  }

  syscallCounts(slot: number, out: Float64Array): void {
    this.#syscalls.read(slot, out);
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
