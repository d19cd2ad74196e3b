import type { GuestProcess } from '../../host/instance/host-functions.ts';
import type { ContainerEntry } from '../selection/container-entry.ts';
import type { Part } from '../selection/part.ts';
import { splitPart } from '../selection/split-part.ts';
import type { QueueBudget } from './queue-budget.ts';
import type { QueueLimits } from './queue-limits.ts';

/** A part for one instance, and what comes after it. */
export interface WaitingPart {
  readonly part: Part;
  /** Time of the tick that follows; undefined for none. */
  readonly tick: bigint | undefined;
}

/** Whether an instance has been told exactly this of a container. */
export type IsTold = (node: string, agentEpoch: bigint, entry: ContainerEntry) => boolean;

/** A call that is so large is not joined with what would have to be copied for it. */
const LARGE_BYTES = 64 << 10;

/** What waits for one instance: a queue with a bound. */
export class WaitingParts {
  readonly #limits: QueueLimits;
  readonly #budget: QueueBudget | undefined;
  #parts: WaitingPart[] = [];
  #bytes = 0;
  #records = 0;

  /** @param budget that all queues share */
  constructor(limits: QueueLimits, budget?: QueueBudget) {
    this.#limits = limits;
    this.#budget = budget;
  }

  get records(): number {
    return this.#records;
  }

  get parts(): number {
    return this.#parts.length;
  }

  /** How full it is, 0 to 1. */
  get fill(): number {
    return Math.max(this.#bytes / this.#limits.waitingBytes, this.#parts.length / this.#limits.waitingParts);
  }

  /**
   * False when there is no room. A single part always has in an empty queue, however large it is. What is larger than a call is
   * handed in piece by piece.
   */
  push(waiting: WaitingPart): boolean {
    const { waitingBytes, waitingParts } = this.#limits;
    if (this.#budget?.isSpent) return false;
    const bytes = this.#bytes + waiting.part.records.length;
    if (this.#parts.length > 0 && (bytes > waitingBytes || this.#parts.length >= waitingParts)) return false;
    const pieces = splitPart(waiting.part, this.#limits.joinBytes);
    pieces.forEach((part, i) => {
      this.#parts.push({ part, tick: i === pieces.length - 1 ? waiting.tick : undefined });
    });
    this.#count(waiting, 1);
    return true;
  }

  /** Puts back what had been taken, before everything else; it always has room. */
  unshift(taken: readonly WaitingPart[]): void {
    this.#parts.unshift(...taken);
    for (const waiting of taken) this.#count(waiting, 1);
  }

  /** Takes the first part alone. */
  takeOne(): WaitingPart[] {
    return this.#take(1);
  }

  /** Takes the first part and those behind it that may be handed in with it; at least one when there is any. */
  takeJoined(isTold: IsTold): WaitingPart[] {
    const [first] = this.#parts;
    if (!first) return [];
    const join = new Join(first.part, isTold);
    let taken = 1;
    let bytes = first.part.records.length;
    for (let last = first; last.tick === undefined; taken++) {
      const next = this.#parts[taken];
      if (!next || bytes + next.part.records.length > this.#limits.joinBytes || !join.takes(next.part)) break;
      if (bytes >= LARGE_BYTES && !follows(last.part.records, next.part.records)) break;
      bytes += next.part.records.length;
      last = next;
    }
    return this.#take(taken);
  }

  #take(count: number): WaitingPart[] {
    const taken = this.#parts.splice(0, count);
    for (const waiting of taken) this.#count(waiting, -1);
    return taken;
  }

  /** Forgets everything. @returns how many records that were */
  clear(): number {
    const records = this.#records;
    this.#budget?.use(-this.#bytes);
    this.#parts = [];
    this.#bytes = 0;
    this.#records = 0;
    return records;
  }

  #count({ part }: WaitingPart, sign: 1 | -1): void {
    this.#budget?.use(sign * part.records.length);
    this.#bytes += sign * part.records.length;
    this.#records += sign * part.count;
  }
}

/**
 * Which parts may be one call: those of one run of one agent, as long as nothing is to be told of containers before a later one, and
 * no process has changed. Joined or not, the detector then knows the same before each record. What differs is the watermark, which
 * is that of the last part.
 */
class Join {
  readonly #first: Part;
  readonly #isTold: IsTold;
  readonly #containers: ReadonlyMap<number, ContainerEntry>;
  readonly #processes = new Map<string, GuestProcess>();

  constructor(first: Part, isTold: IsTold) {
    this.#first = first;
    this.#isTold = isTold;
    this.#containers = new Map(first.containers.map((entry) => [entry.slot, entry]));
    this.#learn(first);
  }

  takes(next: Part): boolean {
    const { header } = this.#first.batch;
    const other = next.batch.header;
    if (other.node !== header.node || other.agentEpoch !== header.agentEpoch || other.wallOffset !== header.wallOffset)
      return false;
    if (Buffer.compare(other.bootId, header.bootId) !== 0 || this.#contradicts(next)) return false;
    this.#learn(next);
    return true;
  }

  #contradicts({ batch, containers, processes }: Part): boolean {
    const { node, agentEpoch } = batch.header;
    const isKnown = (entry: ContainerEntry) => {
      const first = this.#containers.get(entry.slot);
      return first ? first === entry : this.#isTold(node, agentEpoch, entry);
    };
    return (
      !containers.every(isKnown) ||
      processes.some((entry) => (this.#processes.get(processKey(entry)) ?? entry) !== entry)
    );
  }

  #learn({ processes }: Part): void {
    for (const entry of processes) this.#processes.set(processKey(entry), entry);
  }
}

/** Whether bytes lie right behind others. */
const follows = (first: Uint8Array, next: Uint8Array): boolean =>
  first.buffer === next.buffer && first.byteOffset + first.length === next.byteOffset;

const processKey = ({ tgid, start }: GuestProcess) => `${tgid}:${start}`;
