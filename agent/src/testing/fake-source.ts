import { FULL_PLAN, Header, HeaderFlag, Kind, type LossCount, type ProbePlan } from '@picket/sdk';
import { type EventSource, type ProbeState, type SlotBigrams, type SlotLoss, Summary } from '../source/types.ts';

const BARRIERS: readonly number[] = [Kind.CgroupCreated, Kind.CgroupRemoved];

/**
 * Stands in for the kernel: the tests of the agent are about what it does with events and about what it asks the
 * kernel for, so that events must come when the test says, and every call must be seen. The kernel itself is tested in
 * `source/`.
 */
export class FakeSource implements EventSource {
  /** Calls that change what the kernel traces, in order: `trace 12 slot 1.1`, `ignore 12`, `forget 12`. */
  readonly calls: string[] = [];
  readonly lost: LossCount[] = [];
  readonly slotLost: SlotLoss[] = [];
  /** Pairs of system calls that the next call of `bigrams` gives. */
  readonly pairs: SlotBigrams[] = [];
  /** Plans that were applied, in order. */
  readonly plans: ProbePlan[] = [];
  /** Cumulative system call counts by slot. */
  readonly counts = new Map<number, Float64Array>();
  /** Cumulative bytes received and sent by slot. */
  readonly networkTotals = new Map<number, readonly [received: number, sent: number]>();
  stopped = false;
  malformed = 0;
  time: bigint | undefined;
  #waiting: Uint8Array[] = [];
  #next = 0;
  readonly #slots = new Map<bigint, { slot: number; generation: number }>();
  #sequence = 1n;
  #onReady: (() => void) | undefined;

  start(onReady: () => void): void {
    this.#onReady = onReady;
  }

  /** Puts records where the next drain finds them, and says so. */
  emit(...records: Uint8Array[]): void {
    this.#waiting.push(...records);
    setImmediate(() => this.#onReady?.());
  }

  drain(out: Uint8Array, summary: Uint32Array): number {
    summary.fill(0);
    summary[Summary.malformed] = this.malformed;
    this.malformed = 0;
    let at = 0;
    for (let record = this.#waiting[this.#next]; record; record = this.#waiting[this.#next]) {
      if (at + record.length > out.length) break;
      this.#next++;
      const kind = this.#write(record, out.subarray(at, at + record.length));
      count(summary, Summary.records);
      count(summary, Summary.kinds + kind);
      at += record.length;
      if (!BARRIERS.includes(kind)) continue;
      summary[Summary.barrier] = 1;
      summary[Summary.barrierAt] = at - record.length;
      break;
    }
    const more = this.#next < this.#waiting.length;
    if (!more) {
      this.#waiting = [];
      this.#next = 0;
    }
    summary[Summary.more] = more ? 1 : 0;
    return at;
  }

  takeSequences(amount: number): bigint {
    if (this.stopped) throw new Error('the event source has been stopped');
    const first = this.#sequence;
    this.#sequence += BigInt(amount);
    return first;
  }

  trace(cgroup: bigint, slot: number, generation: number): void {
    this.#slots.set(cgroup, { slot, generation });
    this.calls.push(`trace ${cgroup} slot ${slot}.${generation}`);
  }

  ignoreOld(): void {}

  ignore(cgroup: bigint): void {
    this.calls.push(`ignore ${cgroup}`);
  }

  forget(cgroup: bigint): void {
    this.#slots.delete(cgroup);
    this.calls.push(`forget ${cgroup}`);
  }

  apply(plan: ProbePlan): void {
    this.plans.push(plan);
  }

  get plan(): ProbePlan {
    return this.plans.at(-1) ?? FULL_PLAN;
  }

  losses(): LossCount[] {
    return [...this.lost];
  }

  slotLosses(): SlotLoss[] {
    return [...this.slotLost];
  }

  bigrams(): SlotBigrams[] {
    return this.pairs.splice(0);
  }

  syscallCounts(slot: number, out: Float64Array): void {
    const counts = this.counts.get(slot);
    if (counts) out.set(counts);
  }

  networkBytes(slot: number, out: Float64Array): boolean {
    out.set(this.networkTotals.get(slot) ?? [0, 0]);
    return true;
  }

  probes(): readonly ProbeState[] {
    return [{ name: 'fake', state: this.stopped ? 'detached' : 'attached', kinds: ['file.open'] }];
  }

  now(): bigint {
    return this.time ?? process.hrtime.bigint();
  }

  stop(): void {
    this.stopped = true;
  }

  /** Copies a record and stamps what the native drain stamps: the sequence, and the slot of a cgroup that was pending. */
  #write(record: Uint8Array, out: Uint8Array): number {
    out.set(record);
    const view = new DataView(out.buffer, out.byteOffset, out.byteLength);
    view.setBigUint64(Header.sequence, this.#sequence++, true);
    const known = this.#slots.get(view.getBigUint64(Header.cgroup, true));
    const host = (view.getUint16(Header.flags, true) & HeaderFlag.host) !== 0;
    if (known && !host && view.getUint16(Header.slot, true) === 0) {
      view.setUint16(Header.slot, known.slot, true);
      view.setUint16(Header.generation, known.generation, true);
    }
    return view.getUint16(Header.kind, true);
  }
}

function count(summary: Uint32Array, at: number): void {
  summary[at] = (summary[at] ?? 0) + 1;
}
