import type { EventContext } from '../fields/event-context.ts';
import { Column } from './column.ts';
import { type About, leavesOf } from './decision.ts';
import type { KindRule } from './kind-rule.ts';
import { bitsOf, commonUpTo, isEmpty, setBit, wordsFor } from './rule-bits.ts';

/** Fields of processes and containers: their values come again with the next events. */
const SHARED =
  /^(proc\.(name|exe|exepath|pname|pexe|pexepath|is_\w+)|container\.[a-z_.]+|k8s\.[a-z_.]+|user\.name|picket\.proc\.\w+)$/;
/** Of so many rules a column is worth its look, when it remembers values and when it walks over each. */
const WORTH = { remembered: 2, walked: 3 } as const;

interface Candidate {
  readonly column: Column;
  readonly worth: number;
}

/**
 * Rules out most rules for an event field by field, before any is evaluated: cost does not grow with the rules but with
 * the fields they use, and with the rules that are left.
 */
export class ColumnScreen {
  readonly #columns: readonly Candidate[];
  readonly #all: Uint32Array;
  readonly #bits: Uint32Array;

  /** @param decided whether what follows from path and access of a file.open is decided elsewhere */
  constructor(rules: readonly KindRule[], decided: boolean) {
    this.#all = new Uint32Array(wordsFor(rules.length));
    rules.forEach((_, i) => void setBit(this.#all, i));
    this.#bits = new Uint32Array(this.#all.length);
    this.#columns = makeColumns(rules, decided);
  }

  /**
   * The rules that can still match the current event; good until the next call.
   * @param among those that were not ruled out before; all when left out
   */
  narrow(c: EventContext, among: Uint32Array = this.#all): Uint32Array {
    const bits = this.#bits;
    bits.set(among);
    for (const { column, worth } of this.#columns) {
      if (commonUpTo(bits, column.concerned, worth) < worth) continue;
      column.narrow(c, bits);
      if (isEmpty(bits)) break;
    }
    return bits;
  }
}

function makeColumns(rules: readonly KindRule[], decided: boolean): Candidate[] {
  const decisions = rules.map(({ decision }) => decision);
  const fields = new Map<string, About>();
  for (const decision of decisions)
    for (const { about, pure } of leavesOf(decision))
      if (about && !(decided && pure !== undefined)) fields.set(about.key, about);
  const made = [...fields].map(([key, { source }]) => {
    const remembered = source.type !== 'text' || SHARED.test(key);
    const column = new Column(key, source, decisions, remembered);
    const concerned = bitsOf(column.concerned).length;
    return { column, concerned, worth: remembered ? WORTH.remembered : WORTH.walked, remembered };
  });
  return made
    .filter(({ concerned, worth }) => concerned >= worth)
    .toSorted((a, b) => Number(b.remembered) - Number(a.remembered) || b.concerned - a.concerned);
}
