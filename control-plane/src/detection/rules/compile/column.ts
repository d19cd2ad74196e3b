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
  readonly #index: TextIndex | undefined;
  /** Rules that stay when none of their needles is in the value. */
  readonly #quiet: Uint32Array;
  readonly #touched: Uint32Array;
  readonly #row: Uint32Array;
  /** Verdicts by value; undefined for a field whose values hardly come back. */
  readonly #rows: Map<Value, Uint32Array> | undefined;

  /** @param remember whether events share values of the field */
  constructor(key: string, source: TextLike, decisions: readonly Decision[], remember: boolean) {
    const words = wordsFor(decisions.length);
    this.#get = getterOf(source);
    this.concerned = new Uint32Array(words);
    this.#quiet = new Uint32Array(words).fill(0xffffffff);
    this.#touched = new Uint32Array(words);
    this.#row = new Uint32Array(words);
    this.#rows = remember ? new Map() : undefined;
    const needles = new Map<number, readonly Needle[] | undefined>();
    decisions.forEach((decision, i) => {
      const left = replaceLeaves(decision, (leaf) => (leaf.about?.key === key ? leaf : true));
      if (typeof left === 'boolean') return;
      setBit(this.concerned, i);
      this.#verdicts[i] = compileDecision(left);
      needles.set(i, needlesIn(leavesOf(left)));
      if (untouched(left) === false) clearBit(this.#quiet, i);
    });
    this.#index = source.type === 'text' ? new TextIndex(needles) : undefined;
  }

  /** Takes rules that can not match the current event out of `bits`. */
  narrow(c: EventContext, bits: Uint32Array): void {
    const value = this.#get(c);
    let row = this.#rows?.get(value);
    if (row === undefined) {
      // what is remembered must not depend on which rules other fields have ruled out
      row = this.#decide(c, value, this.#rows === undefined ? bits : this.concerned);
      if (this.#rows !== undefined) this.#remember(value, row);
    }
    for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) & (row[i] as number);
  }

  #decide(c: EventContext, value: Value, among: Uint32Array): Uint32Array {
    const [row, touched] = [this.#row, this.#touched];
    row.set(this.#quiet);
    if (this.#index === undefined || typeof value !== 'string') touched.set(this.concerned);
    else {
      touched.fill(0);
      this.#index.mark(value, touched);
    }
    for (let word = 0; word < row.length; word++)
      for (let left = (touched[word] as number) & (among[word] as number); left !== 0; left &= left - 1) {
        const rule = word * 32 + lowest(left);
        if (this.#verdicts[rule]?.(c) !== false) setBit(row, rule);
        else clearBit(row, rule);
      }
    return row;
  }

  #remember(value: Value, row: Uint32Array): void {
    if (this.#rows === undefined || (typeof value === 'string' && value.length > LONGEST_VALUE)) return;
    if (this.#rows.size >= MAX_VALUES) this.#rows.clear();
    this.#rows.set(value, row.slice());
  }
}

function getterOf(source: TextLike): (c: EventContext) => Value {
  if (source.type !== 'call') return source.get;
  const { nameOf } = source;
  return (c) => nameOf(c.cursor.u16(Header.syscall));
}

/** Every text that makes one of the leaves another than `untouched` takes it for has one of these; undefined when any may. */
export function needlesIn(leaves: Iterable<Leaf>): readonly Needle[] | undefined {
  const all: Needle[] = [];
  for (const { about } of leaves) {
    if (!about?.needles) return undefined;
    all.push(...about.needles);
  }
  return all;
}

/** The decision when no text of its leaves has a needle: each test is false, and its negation true. */
export const untouched = (decision: Decision): Decision => replaceLeaves(decision, (leaf) => leaf.negated);
