import type { EventCursor } from '@picket/sdk';
import type { NodeView } from '../../../types.ts';
import type { EventContext } from '../fields/event-context.ts';
import type { ActorTests } from './actor-tests.ts';

/** Actors that answer every test alike, and what was worked out for them so far. */
export interface Profile {
  /** Its place in the table. */
  readonly index: number;
  /** Numbers of tests that they pass, as bits. */
  readonly bits: Uint32Array;
  /** Which rules are left, by kind and by call: see `CallMasks`. */
  readonly masks: ((CallMask | undefined)[] | undefined)[];
  /** Another one of the same hash. */
  readonly next: Profile | undefined;
}

/** What process and container, the call and whether it failed say of the rules of a kind. */
export interface CallMask {
  /** Rules that can match. */
  readonly possible: Uint32Array;
  /** Those of them that can match although no text of the event has one of their needles. */
  readonly quiet: Uint32Array;
  /** No rule can match. */
  readonly isEmpty: boolean;
}

/** Different profiles kept; when there are more, all are forgotten. */
const MAX_PROFILES = 4096;
const GOLDEN = 0x9e3779b1;

/** Another number for every table of the process, and for every time one begins anew: see `ActorMemo`. */
let owners = 0;

/**
 * The profiles of one set of rules: thousands of processes share few. Bounded, because whoever can start programs can make
 * ever new ones.
 */
export class ProfileTable {
  readonly #tests: ActorTests;
  readonly #byHash = new Map<number, Profile>();
  readonly #profiles: Profile[] = [];
  #owner = ++owners;
  #scratch = new Uint32Array(0);
  /** How often the table was full. */
  clears = 0;

  constructor(tests: ActorTests) {
    this.#tests = tests;
  }

  get size(): number {
    return this.#profiles.length;
  }

  /** That of the actor of the current event when it is known already. */
  known(cursor: EventCursor, view: NodeView): Profile | undefined {
    const memo = view.memoOf?.(cursor);
    return memo?.owner === this.#owner ? this.#profiles[memo.value] : undefined;
  }

  /** That of the actor of the current event, on which the context stands. */
  find(c: EventContext, view: NodeView): Profile {
    const bits = this.#answer(c);
    const hash = hashOf(bits);
    let found = this.#byHash.get(hash);
    while (found && !isSame(found.bits, bits)) found = found.next;
    const profile = found ?? this.#add(hash, bits.slice());
    const memo = view.memoOf?.(c.cursor);
    if (memo) {
      memo.owner = this.#owner;
      memo.value = profile.index;
    }
    return profile;
  }

  #answer(c: EventContext): Uint32Array {
    const words = (this.#tests.size + 31) >> 5;
    if (this.#scratch.length !== words) this.#scratch = new Uint32Array(words);
    const bits = this.#scratch.fill(0);
    this.#tests.answer(c, bits);
    return bits;
  }

  #add(hash: number, bits: Uint32Array): Profile {
    if (this.#profiles.length >= MAX_PROFILES) this.#clear();
    const profile = { index: this.#profiles.length, bits, masks: [], next: this.#byHash.get(hash) };
    this.#profiles.push(profile);
    this.#byHash.set(hash, profile);
    return profile;
  }

  /** Whoever remembers a place in the table knows by the owner that it is no more. */
  #clear(): void {
    this.clears++;
    this.#owner = ++owners;
    this.#profiles.length = 0;
    this.#byHash.clear();
  }
}

function hashOf(bits: Uint32Array): number {
  let hash = 0;
  for (let i = 0; i < bits.length; i++) {
    hash = Math.imul(hash ^ (bits[i] as number), GOLDEN);
    hash ^= hash >>> 15;
  }
  return hash;
}

function isSame(a: Uint32Array, b: Uint32Array): boolean {
  for (let i = 0; i < a.length; i++) if (a[i] !== b[i]) return false;
  return true;
}
