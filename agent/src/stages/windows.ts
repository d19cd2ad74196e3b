import { encodeRecord, Kind } from '@picket/sdk';
import type { Container } from '../containers/registry.ts';
import type { EventSource } from '../source/types.ts';

/** System call numbers that the kernel counts. */
const NUMBERS = 512;

type WindowSource = Pick<EventSource, 'syscallCounts' | 'bigrams' | 'now'>;

interface Open {
  readonly counts: Float64Array;
  from: bigint;
}

/** Turns the kernel's system call counters into one `window.syscalls` record a container and window. */
export class SyscallWindows {
  readonly #source: WindowSource;
  readonly #open = new Map<Container, Open>();
  readonly #fresh = new Float64Array(NUMBERS);
  /** Pairs of system calls that were not told yet, by owner. */
  readonly #pairs = new Map<number, readonly [number, number][]>();

  constructor(source: WindowSource) {
    this.#source = source;
  }

  /** Starts with a container. The counters belong to the slot: what its last user left there is not of this one. */
  open(container: Container): void {
    const counts = new Float64Array(NUMBERS);
    this.#source.syscallCounts(container.slot, counts);
    this.#open.set(container, { counts, from: this.#source.now() });
  }

  /** The last window of a container; undefined when nothing happened in it. */
  close(container: Container): Uint8Array | undefined {
    const record = this.next(container);
    this.#open.delete(container);
    return record;
  }

  /** Takes the pairs of system calls in; they go out with the next window of their container. Call it before `next`. */
  takePairs(): void {
    this.#pairs.clear();
    for (const { slot, generation, pairs } of this.#source.bigrams())
      this.#pairs.set(ownerKey(slot, generation), pairs);
  }

  /** Ends the window of a container and begins the next; undefined when nothing happened. */
  next(container: Container): Uint8Array | undefined {
    const open = this.#open.get(container);
    if (!open) return undefined;
    this.#fresh.fill(0);
    this.#source.syscallCounts(container.slot, this.#fresh);
    const to = this.#source.now();
    const from = open.from;
    open.from = to;
    const pairs = this.#difference(open.counts);
    const key = ownerKey(container.slot, container.generation);
    const bigrams = this.#pairs.get(key) ?? [];
    this.#pairs.delete(key);
    return pairs.length === 0 ? undefined : windowRecord(container, { counts: pairs, bigrams, from, to });
  }

  /** What the counters gained, as pairs of number and count; `counts` becomes the new base. */
  #difference(counts: Float64Array): [number, number][] {
    const pairs: [number, number][] = [];
    for (let number = 0; number < NUMBERS; number++) {
      const gained = (this.#fresh[number] ?? 0) - (counts[number] ?? 0);
      if (gained > 0) pairs.push([number, Math.min(gained, 4_294_967_295)]);
    }
    counts.set(this.#fresh);
    return pairs;
  }
}

/** By slot and generation. */
const ownerKey = (slot: number, generation: number) => slot * 65_536 + generation;

interface Window {
  readonly counts: readonly [number, number][];
  readonly bigrams: readonly [number, number][];
  readonly from: bigint;
  readonly to: bigint;
}

function windowRecord(container: Container, window: Window): Uint8Array {
  const total = window.counts.reduce((sum, [, count]) => sum + count, 0);
  const { cgroup, slot, generation } = container;
  return encodeRecord(Kind.WindowSyscalls, { time: window.to, cgroup, slot, generation }, { ...window, total });
}
