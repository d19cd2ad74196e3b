import type { EventContext } from '../fields/event-context.ts';
import { type Decision, leavesOf } from './decision.ts';
import { needlesOfAll } from './needle-leaves.ts';
import type { Needle } from './needles.ts';
import { setBit, wordsFor } from './rule-bits.ts';
import { TextIndex } from './text-index.ts';

/** Finds by one walk over the value of a field which rules have a needle in it. */
export class TextColumn {
  /** Rules with needles for this field. */
  readonly sought: Uint32Array;
  readonly #get: (c: EventContext) => string | undefined;
  readonly #index: TextIndex;

  constructor(key: string, get: (c: EventContext) => string | undefined, decisions: readonly Decision[]) {
    this.#get = get;
    this.sought = new Uint32Array(wordsFor(decisions.length));
    const needles = new Map<number, readonly Needle[]>();
    decisions.forEach((decision, rule) => {
      const own = needlesOfAll([...leavesOf(decision)].filter(({ about }) => about?.key === key));
      if (own.length === 0) return;
      needles.set(rule, own);
      setBit(this.sought, rule);
    });
    this.#index = new TextIndex(needles);
  }

  /** Adds the rules that have a needle in the value of the current event; where there is none, no test of it passes. */
  mark(c: EventContext, found: Uint32Array): void {
    const value = this.#get(c);
    if (value !== undefined) this.#index.mark(value, found);
  }
}
