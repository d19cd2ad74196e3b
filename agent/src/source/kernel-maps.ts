import type { BpfMap } from '@picket/native';
import { Kind, type LossCount } from '@picket/sdk';

/** Sizes of bpf/include/maps.h. */
const SYSCALLS = 512;
const LOSS_REASONS = 16;
const KINDS = 128;
const STATE = { traced: 1, ignored: 2 } as const;

const key64 = (value: bigint) => new Uint8Array(BigUint64Array.of(value).buffer);

/** The kernel's table of containers, by cgroup id. */
export class ContainerMap {
  readonly #map: BpfMap;
  constructor(map: BpfMap) {
    this.#map = map;
  }

  trace(cgroup: bigint, slot: number, generation: number): void {
    this.#put(cgroup, slot, generation, STATE.traced);
  }

  ignore(cgroup: bigint): void {
    this.#put(cgroup, 0, 0, STATE.ignored);
  }

  forget(cgroup: bigint): void {
    this.#map.delete(key64(cgroup));
  }

  #put(cgroup: bigint, slot: number, generation: number, state: number): void {
    const value = new DataView(new ArrayBuffer(8));
    value.setUint16(0, slot, true);
    value.setUint16(2, generation, true);
    value.setUint32(4, state, true);
    this.#map.update(key64(cgroup), new Uint8Array(value.buffer));
  }
}

/** Reads the loss counters of all CPUs; cumulative since the probes were loaded. */
export class LossMap {
  readonly #map: BpfMap;
  readonly #counts = new BigUint64Array(KINDS * LOSS_REASONS);
  constructor(map: BpfMap) {
    this.#map = map;
  }

  read(): LossCount[] {
    this.#map.lookupRange(0, this.#counts.length, new Uint8Array(this.#counts.buffer), { sum: true });
    const out: LossCount[] = [];
    this.#counts.forEach((count, at) => {
      if (count > 0n) out.push({ kind: Math.floor(at / LOSS_REASONS), reason: at % LOSS_REASONS, count });
    });
    return out;
  }
}

/** Reads system call counts by slot; cumulative since the probes were loaded. */
export class SyscallMap {
  readonly #map: BpfMap;
  readonly #counts = new BigUint64Array(SYSCALLS);
  constructor(map: BpfMap) {
    this.#map = map;
  }

  read(slot: number, out: Float64Array): void {
    this.#map.lookupRange(slot * SYSCALLS, SYSCALLS, new Uint8Array(this.#counts.buffer), { sum: true });
    for (let nr = 0; nr < SYSCALLS; nr++) out[nr] = Number(this.#counts[nr]);
  }

  /** Rows of the table. */
  get slots(): number {
    return this.#map.maxEntries / SYSCALLS;
  }
}

export interface Settings {
  /** Events of processes outside containers are wanted too. */
  readonly traceHost: boolean;
  /** System calls are counted by container. */
  readonly histogram: boolean;
  /** Backlog of the bulk ring that wakes the agent, bytes. */
  readonly wakeBytes: number;
  /** Nobody looks into the rings: the next record must wake. */
  readonly asleep: boolean;
  /** System calls that have a handler. */
  readonly handled: Iterable<number>;
}

/** Writes `struct settings` of bpf/include/maps.h; takes effect with the next system call. */
export function writeSettings(map: BpfMap, settings: Settings): void {
  const bytes = new Uint8Array(16 + SYSCALLS);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, settings.traceHost ? 1 : 0, true);
  view.setUint32(4, settings.histogram ? 1 : 0, true);
  view.setUint32(8, settings.wakeBytes, true);
  view.setUint32(12, settings.asleep ? 1 : 0, true);
  for (const nr of settings.handled) bytes[16 + nr] = 1;
  map.update(new Uint8Array(4), bytes);
}

/** Kinds whose records make the drain pause, so that the agent can tell of the container before its events. */
export const BARRIER_KINDS: readonly number[] = [Kind.CgroupCreated, Kind.CgroupRemoved];
