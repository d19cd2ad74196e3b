import { type EventCursor, Header } from '@picket/sdk';
import type { EventContext } from '../fields/event-context.ts';
import { compileForActor } from './actor-verdict.ts';
import type { Predicate } from './comparison.ts';
import { type Decision, type Leaf, replaceLeaves } from './decision.ts';
import type { CallMask, Profile } from './profile-table.ts';
import { isEmpty, setBit, wordsFor } from './rule-bits.ts';
import type { TextScreen } from './text-screen.ts';

/** Calls that are told apart; rules know no name for a number beyond. */
const CALLS = 1024;

/**
 * Which rules of a kind an actor, a call and its success leave possible. Worked out once for each profile and call, as a
 * list of bits: most events are done when that has been looked up. Exact as `possible` in decision.ts is.
 */
export class CallMasks {
  readonly #kind: number;
  readonly #rules: number;
  readonly #possible: readonly Predicate[];
  readonly #quiet: readonly Predicate[];
  /** Calls that were seen, by number and success; 0 for a new one. */
  readonly #calls = new Uint16Array((CALLS + 1) * 2);
  #callCount = 0;

  constructor(kind: number, decisions: readonly Decision[], texts: TextScreen) {
    this.#kind = kind;
    this.#rules = decisions.length;
    const known = (decision: Decision) => compileForActor(replaceLeaves(decision, (leaf) => !isKnown(leaf) || leaf));
    this.#possible = decisions.map(known);
    this.#quiet = decisions.map((decision) => known(texts.quiet(decision)));
  }

  /** That of the current event; undefined when there is none yet. */
  known(profile: Profile, cursor: EventCursor): CallMask | undefined {
    return profile.masks[this.#kind]?.[this.#callOf(cursor)];
  }

  /** The context stands on the event and has the answers of the profile. */
  find(profile: Profile, c: EventContext): CallMask {
    const call = this.#callOf(c.cursor);
    const made = this.#make(c);
    const masks = profile.masks[this.#kind] ?? [];
    profile.masks[this.#kind] = masks;
    masks[call] = made;
    return made;
  }

  #callOf(cursor: EventCursor): number {
    const call = cursor.u16(Header.syscall);
    const place = Math.min(call, CALLS) * 2 + (cursor.i32(Header.result) < 0 ? 1 : 0);
    const known = this.#calls[place] as number;
    if (known !== 0) return known;
    this.#calls[place] = ++this.#callCount;
    return this.#callCount;
  }

  #make(c: EventContext): CallMask {
    const possible = new Uint32Array(wordsFor(this.#rules));
    const quiet = new Uint32Array(possible.length);
    for (let rule = 0; rule < this.#rules; rule++) {
      if (this.#possible[rule]?.(c)) setBit(possible, rule);
      if (this.#quiet[rule]?.(c)) setBit(quiet, rule);
    }
    return { possible, quiet, isEmpty: isEmpty(possible) };
  }
}

const isKnown = ({ actor, ofCall }: Leaf): boolean => actor !== undefined || ofCall;
