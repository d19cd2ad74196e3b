import type { EventContext } from '../fields/event-context.ts';
import { Column, untouched } from './column.ts';
import { type About, leavesOf, replaceLeaves } from './decision.ts';
import type { KindRule } from './kind-rule.ts';
import { allBits, bitsOf, commonUpTo, setBit } from './rule-bits.ts';

/** Fields of processes and containers: their values come again with the next events. */
const SHARED =
  /^(proc\.(name|exe|exepath|pname|pexe|pexepath|is_\w+)|container\.[a-z_.]+|k8s\.[a-z_.]+|user\.name|picket\.proc\.\w+)$/;
/** Of so many rules a column is worth its look, when it remembers values and when it walks over each. */
const WORTH = { remembered: 2, walked: 3 } as const;

interface Candidate {
  readonly key: string;
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
  /** Rules that can match although no field has one of their needles. */
  readonly #quiet: Uint32Array;
  readonly #found: Uint32Array;

  /** @param decided whether what follows from path and access of a file.open is decided elsewhere */
  constructor(rules: readonly KindRule[], decided: boolean) {
    this.#all = allBits(rules.length);
    this.#bits = new Uint32Array(this.#all.length);
    this.#found = new Uint32Array(this.#all.length);
    this.#quiet = new Uint32Array(this.#all.length);
    const columns = makeColumns(rules, decided);
    this.#columns = columns;
    const keys = new Set(columns.map(({ key }) => key));
    rules.forEach(({ decision }, i) => {
      const sought = replaceLeaves(decision, (leaf) => !(leaf.about && keys.has(leaf.about.key)) || untouched(leaf));
      if (sought !== false) setBit(this.#quiet, i);
    });
  }

  /**
   * The rules that can still match the current event; good until the next call.
   * @param among those that were not ruled out before; all when left out
   */
  narrow(c: EventContext, among: Uint32Array = this.#all): Uint32Array {
    const [bits, found] = [this.#bits, this.#found];
    bits.set(among);
    found.set(this.#quiet);
    for (const { column, worth } of this.#columns) {
      if (commonUpTo(bits, column.asked, worth) >= worth) column.narrow(c, bits, found);
      else for (let i = 0; i < found.length; i++) found[i] = (found[i] as number) | (column.sought[i] as number);
    }
    for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) & (found[i] as number);
    return bits;
  }
}

function makeColumns(rules: readonly KindRule[], decided: boolean): Candidate[] {
  const decisions = rules.map(({ decision }) => decision);
  const fields = new Map<string, { readonly about: About; tests: number }>();
  for (const decision of decisions)
    for (const { about, pure } of leavesOf(decision)) {
      if (!about || (decided && pure !== undefined)) continue;
      const field = fields.get(about.key) ?? { about, tests: 0 };
      field.tests++;
      fields.set(about.key, field);
    }
  const made = [...fields].map(([key, { about, tests }]) => {
    const remembered = about.source.type !== 'text' || SHARED.test(key);
    const column = new Column(key, about.source, decisions, remembered);
    const asked = bitsOf(column.asked).length;
    // one rule that looks for many texts is worth a walk, too
    const worth = remembered ? WORTH.remembered : Math.max(1, Math.ceil((WORTH.walked * asked) / tests));
    return { key, column, asked, tests, worth, remembered };
  });
  return made
    .filter(({ asked, tests, worth }) => asked >= worth && tests >= WORTH.remembered)
    .toSorted((a, b) => Number(b.remembered) - Number(a.remembered) || b.asked - a.asked);
}
