import { Header } from '@picket/sdk';
import type { EventContext } from '../fields/event-context.ts';
import type { Predicate } from './comparison.ts';
import { compileDecision, type Decision, type Leaf, leavesOf, replaceLeaves } from './decision.ts';
import type { TextLike } from './kept-sources.ts';
import type { Needle } from './needles.ts';
import { clearBit, lowest, setBit, wordsFor } from './rule-bits.ts';
import { TextIndex } from './text-index.ts';

type Value = string | number | boolean | undefined;

/** Values whose verdicts are remembered; when there are more, all are forgotten. */
const MAX_VALUES = 4096;
/** A longer text is not worth its memory. */
const LONGEST_VALUE = 256;

/**
 * Rules rules out by the value of one field, for all of them at once: a rule stays when it can still match with what is
 * known of that value. Rules whose needles are not in the value are not even looked at.
 */
export class Column {
  /** The rules that some value rules out. */
  readonly concerned: Uint32Array;
  readonly #get: (c: EventContext) => Value;
  /** What is left of each concerned rule when all but this field is unknown. */
  readonly #verdicts: (Predicate | undefined)[] = [];
  /** Those, and rules with needles here: whom it can say something of. */
  readonly asked: Uint32Array;
  /** Rules with needles here. */
  readonly sought: Uint32Array;
  readonly #index: TextIndex | undefined;
  /** Concerned rules that ask something else of the value. */
  readonly #always: Uint32Array;
  /** Rules that stay when none of their needles is in the value. */
  readonly #quiet: Uint32Array;
  readonly #scratch: Row;
  /** Verdicts by value; undefined for a field whose values hardly come back. */
  readonly #rows: Map<Value, Row> | undefined;

  /** @param remember whether events share values of the field */
  constructor(key: string, source: TextLike, decisions: readonly Decision[], remember: boolean) {
    const words = wordsFor(decisions.length);
    this.#get = getterOf(source);
    this.concerned = new Uint32Array(words);
    this.#quiet = new Uint32Array(words).fill(0xffffffff);
    this.#always = new Uint32Array(words);
    this.sought = new Uint32Array(words);
    this.#scratch = { stay: new Uint32Array(words), found: new Uint32Array(words) };
    this.#rows = remember ? new Map() : undefined;
    const needles = new Map<number, readonly Needle[]>();
    decisions.forEach((decision, rule) => {
      const left = replaceLeaves(decision, (leaf) => (leaf.about?.key === key ? leaf : true));
      const leaves = [...leavesOf(decision)].filter(({ about }) => about?.key === key);
      needles.set(rule, needlesOfAll(leaves));
      if (needles.get(rule)?.length) setBit(this.sought, rule);
      if (typeof left === 'boolean') return;
      setBit(this.concerned, rule);
      this.#verdicts[rule] = compileDecision(left);
      if (!leaves.every(hasNeedles)) setBit(this.#always, rule);
      if (untouched(left) === false) clearBit(this.#quiet, rule);
    });
    this.asked = this.concerned.map((word, i) => word | (this.sought[i] as number));
    this.#index = source.type === 'text' ? new TextIndex(needles) : undefined;
  }

  /**
   * Takes rules that can not match the current event out of `bits`, and adds those that have a needle in the value to `found`.
   */
  narrow(c: EventContext, bits: Uint32Array, found: Uint32Array): void {
    const value = this.#get(c);
    let row = this.#rows?.get(value);
    if (row === undefined) {
      // what is remembered must not depend on which rules other fields have ruled out
      row = this.#decide(c, value, this.#rows === undefined ? bits : this.concerned);
      if (this.#rows !== undefined) this.#remember(value, row);
    }
    for (let i = 0; i < bits.length; i++) {
      bits[i] = (bits[i] as number) & (row.stay[i] as number);
      found[i] = (found[i] as number) | (row.found[i] as number);
    }
  }

  #decide(c: EventContext, value: Value, among: Uint32Array): Row {
    const { stay, found } = this.#scratch;
    stay.set(this.#quiet);
    found.fill(0);
    if (this.#index === undefined) found.set(this.sought);
    else if (typeof value === 'string') this.#index.mark(value, found);
    const isOpen = this.#index === undefined || typeof value !== 'string';
    for (let word = 0; word < stay.length; word++) {
      const asked = isOpen
        ? (this.concerned[word] as number)
        : (found[word] as number) | (this.#always[word] as number);
      const concerned = asked & (this.concerned[word] as number) & (among[word] as number);
      for (let left = concerned; left !== 0; left &= left - 1) {
        const rule = word * 32 + lowest(left);
        if (this.#verdicts[rule]?.(c) !== false) setBit(stay, rule);
        else clearBit(stay, rule);
      }
    }
    return this.#scratch;
  }

  #remember(value: Value, { stay, found }: Row): void {
    if (this.#rows === undefined || (typeof value === 'string' && value.length > LONGEST_VALUE)) return;
    if (this.#rows.size >= MAX_VALUES) this.#rows.clear();
    this.#rows.set(value, { stay: stay.slice(), found: found.slice() });
  }
}

/** What a value says of the rules. */
interface Row {
  readonly stay: Uint32Array;
  /** Those with a needle in it. */
  readonly found: Uint32Array;
}

function getterOf(source: TextLike): (c: EventContext) => Value {
  if (source.type !== 'call') return source.get;
  const { nameOf } = source;
  return (c) => nameOf(c.cursor.u16(Header.syscall));
}

/** Whether a value that passes the test, before `not`, is known by its needles. */
export const hasNeedles = ({ about }: Leaf): boolean => about?.source.type === 'text' && about.needles !== undefined;

export const needlesOfAll = (leaves: readonly Leaf[]): Needle[] =>
  leaves.flatMap((leaf) => (hasNeedles(leaf) ? (leaf.about?.needles ?? []) : []));

/** The decision when no value has a needle: each such test is false, and its negation true; what else is asked is not known. */
export const untouched = (decision: Decision): Decision =>
  replaceLeaves(decision, (leaf) => !hasNeedles(leaf) || leaf.negated);
