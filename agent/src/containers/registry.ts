import { type Accounts, NO_ACCOUNTS } from './accounts/accounts.ts';
import type { ContainerFacts } from './container-facts.ts';

/** A container that has a slot. */
export interface Container {
  readonly slot: number;
  readonly generation: number;
  /** Id and path of its cgroup. */
  readonly cgroup: bigint;
  readonly path: string;
  /** Its cgroup and those below it. */
  readonly cgroups: Set<bigint>;
  facts: ContainerFacts;
  accounts: Accounts;
  /** Not all metadata is known. */
  partial: boolean;
  /** Neither path nor runtime state has shown yet that this is a container. */
  candidate: boolean;
  /** When it went away, in ms of the clock of the caller; undefined while it lives. */
  stopped: number | undefined;
}

export interface NewContainer {
  readonly cgroup: bigint;
  readonly path: string;
  readonly facts: ContainerFacts;
  readonly candidate: boolean;
}

const MOST_GENERATION = 65_535;

/**
 * Gives containers their slots: 1 to `slots - 1`, in turn, so that a slot rests as long as can be before its next use.
 * A stopped container keeps its slot for `restMs`: events of its last moments still name it. Each use of a slot has its
 * own generation, from 1.
 */
export class ContainerRegistry {
  /** Containers that found no free slot, since start. */
  refused = 0;
  readonly #slots: (Container | undefined)[];
  readonly #generations: Uint16Array;
  readonly #byCgroup = new Map<bigint, Container>();
  readonly #restMs: number;
  /** Cgroups below containers that went away while the container lives on. */
  #left: { readonly cgroup: bigint; readonly at: number }[] = [];
  #evicted: bigint[] = [];
  #last = 0;

  constructor(slots: number, restMs = 60_000) {
    this.#slots = new Array<Container | undefined>(slots).fill(undefined);
    this.#generations = new Uint16Array(slots);
    this.#restMs = restMs;
  }

  /** Gives a new container a slot; undefined when all are taken. */
  register(container: NewContainer): Container | undefined {
    const slot = this.#freeSlot();
    if (slot === undefined) {
      this.refused++;
      return undefined;
    }
    this.#last = slot;
    const generation = nextGeneration(this.#generations[slot] ?? 0);
    this.#generations[slot] = generation;
    const added: Container = {
      ...container,
      slot,
      generation,
      cgroups: new Set([container.cgroup]),
      accounts: NO_ACCOUNTS,
      partial: true,
      stopped: undefined,
    };
    this.#slots[slot] = added;
    this.#byCgroup.set(container.cgroup, added);
    return added;
  }

  /** Makes a cgroup below that of a container count as part of it. */
  adopt(container: Container, cgroup: bigint): void {
    container.cgroups.add(cgroup);
    this.#byCgroup.set(cgroup, container);
  }

  /** A cgroup below that of a container went away; it counts as part of it for a while. */
  leave(cgroup: bigint, nowMs: number): void {
    this.#left.push({ cgroup, at: nowMs });
  }

  /** A cgroup is no part of the container after all. */
  disown(container: Container, cgroup: bigint): void {
    container.cgroups.delete(cgroup);
    this.#byCgroup.delete(cgroup);
  }

  /** The container that a cgroup belongs to, for a while after it stopped too. */
  byCgroup(cgroup: bigint): Container | undefined {
    return this.#byCgroup.get(cgroup);
  }

  /** Whether this very use of the slot still lives. */
  lives(container: Container): boolean {
    return container.stopped === undefined && this.#slots[container.slot] === container;
  }

  /** Whether this very use of the slot is still kept, after its end too. */
  holds(container: Container): boolean {
    return this.#slots[container.slot] === container;
  }

  /** Containers that are kept: those that live and those that stopped a while ago. */
  *held(): Generator<Container> {
    for (const container of this.#slots) if (container) yield container;
  }

  /** Containers that live. */
  *living(): Generator<Container> {
    for (const container of this.#slots) if (container && container.stopped === undefined) yield container;
  }

  get size(): number {
    return [...this.living()].length;
  }

  stop(container: Container, nowMs: number): void {
    container.stopped = nowMs;
  }

  /** Frees the slots that have rested long enough; returns the cgroups that nobody needs to know any more. */
  reap(nowMs: number): bigint[] {
    const gone = this.#evicted;
    this.#evicted = [];
    for (const container of this.#slots) {
      if (container?.stopped !== undefined && nowMs - container.stopped >= this.#restMs)
        gone.push(...this.#free(container));
    }
    return [...gone, ...this.#reapLeft(nowMs)];
  }

  #reapLeft(nowMs: number): bigint[] {
    const rested = this.#left.filter((left) => nowMs - left.at >= this.#restMs);
    this.#left = this.#left.filter((left) => nowMs - left.at < this.#restMs);
    return rested.flatMap(({ cgroup }) => {
      const container = this.#byCgroup.get(cgroup);
      if (container) this.disown(container, cgroup);
      return container ? [cgroup] : [];
    });
  }

  #free(container: Container): bigint[] {
    this.#slots[container.slot] = undefined;
    const cgroups = [...container.cgroups];
    for (const cgroup of cgroups) this.#byCgroup.delete(cgroup);
    return cgroups;
  }

  /** The next slot in turn; when none is free, that of the container that stopped first: a living one matters more. */
  #freeSlot(): number | undefined {
    const usable = this.#slots.length - 1;
    for (let step = 0; step < usable; step++) {
      const slot = ((this.#last + step) % usable) + 1;
      if (this.#slots[slot] === undefined) return slot;
    }
    const oldest = this.#longestStopped();
    if (oldest) this.#evicted.push(...this.#free(oldest));
    return oldest?.slot;
  }

  #longestStopped(): Container | undefined {
    let oldest: Container | undefined;
    for (const container of this.#slots) {
      if (container?.stopped !== undefined && container.stopped < (oldest?.stopped ?? Number.POSITIVE_INFINITY))
        oldest = container;
    }
    return oldest;
  }
}

/** 0 would say "no generation", so that the count goes on at 1. */
const nextGeneration = (generation: number) => (generation === MOST_GENERATION ? 1 : generation + 1);
