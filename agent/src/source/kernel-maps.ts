import { constants } from 'node:os';
import { type BpfMap, NativeError } from '@picket/native';
import { Kind, type LossCount, LossReason } from '@picket/sdk';
import type { SlotLoss } from './types.ts';

/** Sizes of bpf/include/maps.h. */
const SYSCALLS = 512;
const LOSS_REASONS = 16;
const KINDS = 128;
const { E2BIG, ENOMEM } = constants.errno;
const STATE = { traced: 1, ignored: 2 } as const;

const key64 = (value: bigint) => new Uint8Array(BigUint64Array.of(value).buffer);
const key32 = (value: number) => new Uint8Array(Uint32Array.of(value).buffer);

/** The kernel's table of containers, by cgroup id, and the front table before it (bpf/include/maps.h). */
export class ContainerMap {
  readonly #map: BpfMap;
  readonly #front: BpfMap;
  /** Cgroup of each entry of the front table; 0 for a free one. */
  readonly #fronts: BigUint64Array;
  /** Cgroups that found room in neither. */
  #refused = 0n;

  constructor(map: BpfMap, front: BpfMap) {
    this.#map = map;
    this.#front = front;
    this.#fronts = new BigUint64Array(front.maxEntries);
  }

  /** A cgroup that finds no room is counted: a container that can make cgroups must not end the agent by making many. */
  trace(cgroup: bigint, slot: number, generation: number): void {
    const entry = entryOf(cgroup, slot, generation, STATE.traced);
    const listed = this.#list(cgroup, entry);
    if (!this.#putInFront(cgroup, entry) && !listed) this.#refused++;
  }

  /** Without an entry a cgroup is ignored too; the one in front spares the kernel the look behind it. */
  ignore(cgroup: bigint): void {
    this.#map.delete(key64(cgroup));
    this.#putInFront(cgroup, entryOf(cgroup, 0, 0, STATE.ignored));
  }

  /** The kernel enters a new cgroup before anybody can see its directory: what it has not entered is older than the probes. */
  ignoreOld(cgroup: bigint): void {
    if (this.#map.lookup(key64(cgroup)) === undefined) this.ignore(cgroup);
  }

  forget(cgroup: bigint): void {
    this.#map.delete(key64(cgroup));
    const at = this.#frontOf(cgroup);
    if (this.#fronts[at] !== cgroup) return;
    this.#fronts[at] = 0n;
    this.#front.update(key32(at), new Uint8Array(16));
  }

  losses(): LossCount[] {
    return this.#refused === 0n ? [] : [{ kind: Kind.CgroupCreated, reason: LossReason.mapFull, count: this.#refused }];
  }

  /** False when the table is full. */
  #list(cgroup: bigint, entry: Uint8Array): boolean {
    try {
      this.#map.update(key64(cgroup), entry.subarray(8));
      return true;
    } catch (error) {
      if (error instanceof NativeError && (error.errno === E2BIG || error.errno === ENOMEM)) return false;
      throw error;
    }
  }

  /** False when the place is taken: it stays with its cgroup, and the other one is found in the table behind. */
  #putInFront(cgroup: bigint, entry: Uint8Array): boolean {
    const at = this.#frontOf(cgroup);
    if (this.#fronts[at] !== 0n && this.#fronts[at] !== cgroup) return false;
    this.#fronts[at] = cgroup;
    this.#front.update(key32(at), entry);
    return true;
  }

  #frontOf(cgroup: bigint): number {
    return Number(cgroup & BigInt(this.#fronts.length - 1));
  }
}

/** `struct front_entry`, of which the second half is `struct container`. */
function entryOf(cgroup: bigint, slot: number, generation: number, state: number): Uint8Array {
  const value = new DataView(new ArrayBuffer(16));
  value.setBigUint64(0, cgroup, true);
  value.setUint16(8, slot, true);
  value.setUint16(10, generation, true);
  value.setUint32(12, state, true);
  return new Uint8Array(value.buffer);
}

/** Reads the loss counters of all CPUs; cumulative since the probes were loaded. */
export class LossMap {
  readonly #map: BpfMap;
  readonly #bySlot: BpfMap;
  readonly #counts = new BigUint64Array(KINDS * LOSS_REASONS);
  readonly #words = new Uint32Array(this.#counts.buffer);
  readonly #slotKeys: Uint16Array;
  readonly #slotCounts: BigUint64Array;
  constructor(map: BpfMap, bySlot: BpfMap) {
    this.#map = map;
    this.#bySlot = bySlot;
    this.#slotKeys = new Uint16Array(bySlot.maxEntries * 4);
    this.#slotCounts = new BigUint64Array(bySlot.maxEntries);
  }

  /**
   * Those of them whose container is known; cumulative for one use of a slot. What belongs to a use that is over is given
   * once and forgotten.
   */
  takeSlots(isCurrent: (slot: number, generation: number) => boolean): SlotLoss[] {
    const keys = this.#slotKeys;
    const found = this.#bySlot.readAll(new Uint8Array(keys.buffer), new Uint8Array(this.#slotCounts.buffer));
    return Array.from({ length: found }, (_, i) => {
      const key = keys.slice(i * 4, i * 4 + 4);
      const [slot = 0, generation = 0, kind = 0, reason = 0] = key;
      if (!isCurrent(slot, generation)) this.#bySlot.delete(new Uint8Array(key.buffer));
      return { slot, generation, kind, reason, count: this.#slotCounts[i] ?? 0n };
    });
  }

  read(): LossCount[] {
    this.#map.lookupRange(0, 1, new Uint8Array(this.#counts.buffer), { sum: true });
    const out: LossCount[] = [];
    for (let at = 0; at < this.#counts.length; at++) {
      if (this.#words[2 * at] === 0 && this.#words[2 * at + 1] === 0) continue;
      out.push({ kind: Math.floor(at / LOSS_REASONS), reason: at % LOSS_REASONS, count: this.#counts[at] ?? 0n });
    }
    return out;
  }
}

/** Reads system call counts by slot; cumulative since the probes were loaded. */
export class SyscallMap {
  readonly #map: BpfMap;
  readonly #words = new Uint32Array(SYSCALLS * 2);
  readonly #bytes = new Uint8Array(this.#words.buffer);
  constructor(map: BpfMap) {
    this.#map = map;
  }

  read(slot: number, out: Float64Array): void {
    this.#map.lookupRange(slot, 1, this.#bytes, { sum: true });
    // two words a count: a BigInt each would cost more than the copy
    for (let nr = 0; nr < SYSCALLS; nr++)
      out[nr] = (this.#words[2 * nr] ?? 0) + (this.#words[2 * nr + 1] ?? 0) * 2 ** 32;
  }

  /** Rows of the table. */
  get slots(): number {
    return this.#map.maxEntries;
  }
}

/** Writes `struct wake` of bpf/include/maps.h. */
export function writeWake(map: BpfMap, backlogBytes: number, asleep: boolean): void {
  map.update(new Uint8Array(4), new Uint8Array(Uint32Array.of(backlogBytes, asleep ? 1 : 0).buffer));
}

/** Kinds whose records make the drain pause, so that the agent can tell of the container before its events. */
export const BARRIER_KINDS: readonly number[] = [Kind.CgroupCreated, Kind.CgroupRemoved];
