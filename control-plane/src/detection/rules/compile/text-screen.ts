import type { EventContext } from '../fields/event-context.ts';
import { type Decision, leavesOf, replaceLeaves } from './decision.ts';
import { untouched } from './needle-leaves.ts';
import type { CallMask } from './profile-table.ts';
import { bitsOf, commonUpTo, isEmpty, wordsFor } from './rule-bits.ts';
import { TextColumn } from './text-column.ts';

/** For fewer rules it is less to ask them than to walk over a text. */
const WORTH = 5;

interface Candidate {
  readonly key: string;
  readonly column: TextColumn;
}

/** Rules out the rules that look for texts which the event does not have, however many they are, by a walk over each text. */
export class TextScreen {
  readonly #columns: readonly Candidate[];
  readonly #keys: ReadonlySet<string>;
  readonly #bits: Uint32Array;
  readonly #found: Uint32Array;

  /** @param decided whether what follows from path and access of a file.open is decided elsewhere */
  constructor(decisions: readonly Decision[], decided: boolean) {
    this.#columns = makeColumns(decisions, decided);
    this.#keys = new Set(this.#columns.map(({ key }) => key));
    this.#bits = new Uint32Array(wordsFor(decisions.length));
    this.#found = new Uint32Array(this.#bits.length);
  }

  /** What is left of a decision when no text has any needle. */
  quiet(decision: Decision): Decision {
    return replaceLeaves(decision, (leaf) => (leaf.about && this.#keys.has(leaf.about.key) ? untouched(leaf) : leaf));
  }

  /**
   * The rules that can still match the current event, undefined for none; good until the next call.
   * @param among those that were not ruled out before; all when left out
   */
  narrow(c: EventContext, { possible, quiet }: CallMask, among: Uint32Array | undefined): Uint32Array | undefined {
    const [bits, found] = [this.#bits, this.#found];
    bits.set(possible);
    if (among) for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) & (among[i] as number);
    if (isEmpty(bits)) return undefined;
    found.set(quiet);
    for (const { column } of this.#columns) {
      const { sought } = column;
      if (commonUpTo(bits, sought, WORTH) >= WORTH) column.mark(c, found);
      else for (let i = 0; i < found.length; i++) found[i] = (found[i] as number) | (sought[i] as number);
    }
    for (let i = 0; i < bits.length; i++) bits[i] = (bits[i] as number) & (found[i] as number);
    return bits;
  }
}

function makeColumns(decisions: readonly Decision[], decided: boolean): Candidate[] {
  const made = new Map<string, TextColumn>();
  for (const decision of decisions)
    for (const { about, pure, actor } of leavesOf(decision)) {
      if (about?.source.type !== 'text' || actor !== undefined || (decided && pure !== undefined)) continue;
      if (!made.has(about.key)) made.set(about.key, new TextColumn(about.key, about.source.get, decisions));
    }
  return [...made]
    .map(([key, column]) => ({ key, column }))
    .filter(({ column }) => bitsOf(column.sought).length >= WORTH);
}
