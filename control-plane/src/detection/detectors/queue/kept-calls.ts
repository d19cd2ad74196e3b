import type { GuestBatch } from '../../host/instance/guest-batch.ts';
import { emptyPart } from '../selection/part.ts';
import { callBatch } from './call-batch.ts';
import type { WaitingPart } from './waiting-parts.ts';

/** A batch as it was handed to an instance, and the tick behind it: what must be given again after a crash. */
export interface Call {
  readonly parts: readonly WaitingPart[];
  /** Grows from call to call of its instance. Calls that were one have the same. */
  readonly place: number;
  /** Records that the instance had missed before it. */
  readonly skipped: bigint;
  readonly batch: GuestBatch;
  readonly context: Uint8Array | undefined;
  readonly tick: bigint | undefined;
  /** How many of its answers have been taken: the batch is the first, the tick the second. */
  answered: number;
  /** How often its process ended while it was under way alone. */
  strikes: number;
}

const NOTHING = new Uint8Array(0);

const stepsOf = ({ tick }: Call): number => (tick === undefined ? 1 : 2);

/** The calls of an instance since its last snapshot, in their order. */
export class KeptCalls {
  #calls: Call[] = [];
  #bytes = 0;
  /** Calls that were kept since the beginning: the place of the next one. */
  #next = 0;

  get calls(): readonly Call[] {
    return this.#calls;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Place of the next call. */
  get next(): number {
    return this.#next;
  }

  add(call: Call): void {
    this.#calls.push(call);
    this.#bytes += sizeOf(call);
    this.#next++;
  }

  /** Puts calls with a part each in the place of those that were joined and have not been answered. */
  takeApart(): void {
    const calls = this.#calls.flatMap((call) => (call.answered === 0 && call.parts.length > 1 ? apart(call) : [call]));
    this.#next += calls.length - this.#calls.length;
    this.#calls = calls;
    this.#bytes = calls.reduce((sum, call) => sum + sizeOf(call), 0);
  }

  /** Forgets the calls before a place. */
  dropBefore(place: number): void {
    const dropped = this.#calls.splice(0, Math.max(0, this.#calls.length - (this.#next - place)));
    for (const call of dropped) this.#bytes -= sizeOf(call);
  }

  /** Records of all of them. */
  get records(): number {
    return this.#calls.reduce((sum, { batch }) => sum + batch.count, 0);
  }

  /** Forgets everything. @returns what had not been answered, to be given to another instance */
  clear(except?: Call): Call[] {
    const open = this.#calls.filter((call) => call !== except && call.answered < stepsOf(call));
    this.#calls = [];
    this.#bytes = 0;
    return open;
  }
}

/** What was to be told is told before the first of them: that is where it would have been told had they not been joined. */
function apart(call: Call): Call[] {
  const last = call.parts.length - 1;
  return call.parts.map((waiting, i) => {
    const { batch, records, count } = waiting.part;
    const { place, skipped } = call;
    return {
      parts: [waiting],
      place,
      skipped,
      batch: callBatch(batch.header, skipped, records, count, i === 0 ? call.batch.dictionary : NOTHING),
      context: i === 0 ? call.context : undefined,
      tick: i === last ? call.tick : undefined,
      answered: 0,
      strikes: 0,
    };
  });
}

/** What a call leaves to be done. */
export function partsLeft(call: Call): WaitingPart[] {
  if (call.answered === 0) return [...call.parts];
  const last = call.parts.at(-1);
  return last && call.answered < stepsOf(call) ? [{ part: emptyPart(last.part.batch), tick: call.tick }] : [];
}

const sizeOf = ({ batch, context }: Call): number =>
  batch.records.length + batch.dictionary.length + batch.prelude.length + (context?.length ?? 0);
