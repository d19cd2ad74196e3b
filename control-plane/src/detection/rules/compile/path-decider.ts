import type { EventContext } from '../fields/event-context.ts';
import type { Predicate } from './comparison.ts';
import { compileDecision, type Decision, leavesOf, possible, replaceLeaves } from './decision.ts';
import type { TextLike } from './kept-sources.ts';
import type { KindRule } from './kind-rule.ts';
import { hasNeedles, needlesOfAll, untouched } from './needle-leaves.ts';
import type { Needle } from './needles.ts';
import { clearBit, lowest, setBit, wordsFor } from './rule-bits.ts';
import { TextIndex } from './text-index.ts';

interface PathField {
  readonly get: (c: EventContext) => string | undefined;
  readonly index: TextIndex;
}

/** What a kind of access leaves possible. */
interface ByAccess {
  readonly possible: Uint32Array;
  /** Those of them that stay when their needles are not in the path. */
  readonly quiet: Uint32Array;
}

/** Decides which rules can match a file.open by path and access; of most rules it finds no needle in the path, and is done. */
export class PathDecider {
  readonly #rules: number;
  readonly #verdicts: readonly Predicate[];
  readonly #possibleByAccess: readonly Predicate[];
  /** The same with the tests of the path false. */
  readonly #quietByAccess: readonly Predicate[];
  readonly #fields: readonly PathField[];
  readonly #byAccess: (ByAccess | undefined)[] = [];
  readonly #touched: Uint32Array;
  readonly #found: Uint32Array;

  constructor(rules: readonly KindRule[]) {
    const decisions = rules.map(({ decision }) => possible(decision, 'path'));
    this.#rules = rules.length;
    this.#verdicts = decisions.map((decision) => compileDecision(decision));
    this.#possibleByAccess = decisions.map((decision) => compileDecision(possible(decision, 'access')));
    this.#quietByAccess = decisions.map((decision) => compileDecision(withoutPath(decision)));
    this.#fields = makeFields(decisions);
    this.#touched = new Uint32Array(wordsFor(rules.length));
    this.#found = new Uint32Array(this.#touched.length);
  }

  /** The rules that can match the current record, by their bits; good until the next call. */
  decide(c: EventContext): Uint32Array {
    const known = this.#byAccess[c.access];
    const access = known ?? this.#decideAccess(c);
    const [touched, found] = [this.#touched, this.#found];
    touched.fill(0);
    for (const { get, index } of this.#fields) {
      const value = get(c);
      if (value === undefined) for (const owner of index.always) setBit(touched, owner);
      else index.mark(value, touched);
    }
    found.set(access.quiet);
    for (let word = 0; word < found.length; word++)
      for (let left = (touched[word] as number) & (access.possible[word] as number); left !== 0; left &= left - 1) {
        const rule = word * 32 + lowest(left);
        if (this.#verdicts[rule]?.(c)) setBit(found, rule);
        else clearBit(found, rule);
      }
    return found;
  }

  #decideAccess(c: EventContext): ByAccess {
    const made = { possible: new Uint32Array(this.#found.length), quiet: new Uint32Array(this.#found.length) };
    for (let rule = 0; rule < this.#rules; rule++) {
      if (this.#possibleByAccess[rule]?.(c)) setBit(made.possible, rule);
      if (this.#quietByAccess[rule]?.(c)) setBit(made.quiet, rule);
    }
    this.#byAccess[c.access] = made;
    return made;
  }
}

function withoutPath(decision: Decision): Decision {
  return replaceLeaves(decision, (leaf) => (leaf.pure === 'path' ? untouched(leaf) : leaf));
}

/** An index for each field that follows from the path. Rules that ask more of a path than needles tell are always looked at. */
function makeFields(decisions: readonly Decision[]): PathField[] {
  const fields = new Map<string, { source: TextLike; wanted: Map<number, readonly Needle[] | undefined> }>();
  const others = new Map<number, undefined>();
  decisions.forEach((decision, rule) => {
    const leaves = [...leavesOf(decision)].filter(({ pure }) => pure === 'path');
    if (!leaves.every(hasNeedles)) others.set(rule, undefined);
    for (const { about } of leaves) {
      if (!about) continue;
      const field = fields.get(about.key) ?? { source: about.source, wanted: new Map() };
      fields.set(about.key, field);
      field.wanted.set(rule, needlesOfAll(leaves.filter((leaf) => leaf.about?.key === about.key)));
    }
  });
  const indexes = [...fields.values()].flatMap(({ source, wanted }) =>
    source.type === 'text' ? [{ get: source.get, index: new TextIndex(wanted) }] : [],
  );
  return [...indexes, { get: () => '', index: new TextIndex(others) }];
}
