import { FULL_PLAN, Header, Kind, type LossCount } from '@picket/sdk';
import { type EventSource, type ProbeState, Summary } from '../source/types.ts';

/**
 * Gives as many records as the reader takes, at memory speed: what is left is the cost of everything behind the drain.
 * It copies whole stretches of prepared records; only the first of a stretch gets its sequence.
 */
export class FloodSource implements EventSource {
  /** Records still to come. */
  left = 0;
  taken = 0;
  readonly #stretch: Uint8Array;
  readonly #recordBytes: number;
  #sequence = 1n;
  #onReady: (() => void) | undefined;

  /** @param records records of one length, one after another, at least as long as a batch */
  constructor(records: Uint8Array, recordBytes: number) {
    this.#stretch = records;
    this.#recordBytes = recordBytes;
  }

  /** Lets `count` more records come. */
  give(count: number): void {
    this.left += count;
    this.#onReady?.();
  }

  start(onReady: () => void): void {
    this.#onReady = onReady;
  }

  drain(out: Uint8Array, summary: Uint32Array): number {
    const count = Math.min(this.left, Math.floor(Math.min(out.length, this.#stretch.length) / this.#recordBytes));
    const bytes = count * this.#recordBytes;
    if (count > 0) {
      out.set(this.#stretch.subarray(0, bytes));
      new DataView(out.buffer, out.byteOffset).setBigUint64(Header.sequence, this.#sequence, true);
    }
    this.#sequence += BigInt(count);
    this.left -= count;
    this.taken += count;
    summary[Summary.records] = count;
    summary[Summary.kinds + Kind.FileOpen] = count;
    summary[Summary.more] = this.left > 0 ? 1 : 0;
    return bytes;
  }

  takeSequences(count: number): bigint {
    const first = this.#sequence;
    this.#sequence += BigInt(count);
    return first;
  }

  trace(): void {}
  ignoreOld(): void {}

  ignore(): void {}
  forget(): void {}
  readonly plan = FULL_PLAN;

  apply(): void {}

  slotLosses(): [] {
    return [];
  }

  bigrams(): [] {
    return [];
  }

  losses(): LossCount[] {
    return [];
  }
  syscallCounts(): void {}
  networkBytes(): boolean {
    return false;
  }
  probes(): readonly ProbeState[] {
    return [];
  }
  now(): bigint {
    return process.hrtime.bigint();
  }
  stop(): void {}
}
