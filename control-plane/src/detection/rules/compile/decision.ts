import type { KindInfo } from '@picket/sdk';
import type { Purity } from '../fields/field-source.ts';
import { showUse } from '../language/field-use.ts';
import type { Checked, Test } from '../load/checked-condition.ts';
import type { ActorTests } from './actor-tests.ts';
import { compileTest, type Predicate } from './comparison.ts';
import { KeptSources, type TextLike } from './kept-sources.ts';
import { type Needle, needlesOf } from './needles.ts';
import { costOf } from './static-cost.ts';

/**
 * A condition made for one kind of event, with every `not` pushed down to the tests. What the kind alone decides is
 * decided: a rule whose decision is false for a kind need not look at events of that kind.
 */
export type Decision =
  | boolean
  | { readonly type: 'and' | 'or'; readonly operands: readonly Decision[]; readonly cost: number }
  | Leaf;

export interface Leaf {
  readonly type: 'leaf';
  readonly test: Predicate;
  readonly pure: Purity | undefined;
  /** The one value that the test looks at; undefined when it looks at more. */
  readonly about: About | undefined;
  /** Its number among the tests of the actor; undefined for one that looks at more. */
  readonly actor: number | undefined;
  /** Whether number and success of the call alone decide it. */
  readonly ofCall: boolean;
  /** Whether it stands for `not` of a test. */
  readonly negated: boolean;
  /** What it takes, in about as many ns. */
  readonly cost: number;
}

export interface About {
  /** The field as a rule writes it. */
  readonly key: string;
  readonly source: TextLike;
  /** What a value that passes has in it, before `not`; undefined when any may pass. */
  readonly needles: readonly Needle[] | undefined;
}

/** Makes decisions for one kind; parts that rules share, as macros are, are made once. */
export class DecisionMaker {
  readonly #kind: KindInfo;
  readonly #plain = new Map<Checked, Decision>();
  readonly #negated = new Map<Checked, Decision>();
  readonly #sources: KeptSources;
  readonly #actors: ActorTests | undefined;

  constructor(kind: KindInfo, actors?: ActorTests) {
    this.#kind = kind;
    this.#actors = actors;
    this.#sources = new KeptSources(kind);
  }

  decide(checked: Checked, negated = false): Decision {
    const memo = negated ? this.#negated : this.#plain;
    const known = memo.get(checked);
    if (known !== undefined) return known;
    const decision = this.#make(checked, negated);
    memo.set(checked, decision);
    return decision;
  }

  #make(checked: Checked, negated: boolean): Decision {
    if (checked.type === 'not') return this.decide(checked.operand, !negated);
    if (checked.type === 'test') {
      const compiled = compileTest(checked, this.#kind, this.#sources.sourceOf);
      if (typeof compiled === 'boolean') return compiled !== negated;
      const { test, pure } = compiled;
      const actor = this.#actors?.number(checked, this.#kind);
      const cost = actor === undefined ? costOf(checked) : KNOWN_COST;
      const rest = { type: 'leaf', pure, negated, about: this.#about(checked), cost, actor } as const;
      return { ...rest, ofCall: isOfCall(checked), test: negated ? (c) => !test(c) : test };
    }
    const type = negated === (checked.type === 'and') ? 'or' : 'and';
    return fold(
      type,
      checked.operands.map((operand) => this.decide(operand, negated)),
    );
  }

  #about({ field, operator, values }: Test): About | undefined {
    const source = values.type === 'computed' ? undefined : this.#sources.sourceOf(field);
    if (source?.type !== 'text' && source?.type !== 'bool' && source?.type !== 'call') return undefined;
    return { key: showUse(field), source, needles: needlesOf(operator, values) };
  }
}

/** A bit is looked at. */
const KNOWN_COST = 1;

const isOfCall = ({ field, values }: Test): boolean =>
  values.type !== 'computed' && (field.name === 'evt.type' || field.name === 'evt.failed');

function fold(type: 'and' | 'or', operands: readonly Decision[]): Decision {
  const decisive = type === 'or';
  const open: Decision[] = [];
  for (const operand of operands) {
    if (operand === decisive) return decisive;
    if (typeof operand === 'boolean') continue;
    if (operand.type === type) open.push(...operand.operands);
    else open.push(operand);
  }
  if (open.length === 0) return !decisive;
  return open.length === 1 ? (open[0] as Decision) : joined(type, open);
}

const costOfPart = (decision: Decision): number => (typeof decision === 'boolean' ? 0 : decision.cost);

/** What decides for little comes first: most events are decided by the first tests, and the rest is not looked at. */
function joined(type: 'and' | 'or', operands: readonly Decision[]): Decision {
  const sorted = operands.toSorted((a, b) => costOfPart(a) - costOfPart(b));
  // each part is come to by half of those that come to the one before it
  const cost = sorted.reduce((sum, operand, i) => sum + costOfPart(operand) / 2 ** i, 0);
  return { type, operands: sorted, cost };
}

/** A decision with other leaves. */
export function replaceLeaves(decision: Decision, replace: (leaf: Leaf) => Decision): Decision {
  if (typeof decision === 'boolean') return decision;
  if (decision.type === 'leaf') return replace(decision);
  return fold(
    decision.type,
    decision.operands.map((operand) => replaceLeaves(operand, replace)),
  );
}

/** Every leaf of a decision, as often as it is there. */
export function* leavesOf(decision: Decision): Generator<Leaf, void, undefined> {
  if (typeof decision === 'boolean') return;
  if (decision.type === 'leaf') yield decision;
  else for (const operand of decision.operands) yield* leavesOf(operand);
}

/**
 * Whether a decision can still come out true when only its pure tests are known, or only those of the access. This is Kleene's three-valued logic:
 * with every `not` at the tests, "not false" is what remains when unknown tests, negated or not, count as true.
 */
export const possible = (decision: Decision, known: Purity): Decision =>
  replaceLeaves(decision, (leaf) => (leaf.pure === 'access' || leaf.pure === known ? leaf : true));

/** Turns a decision into one function. */
export function compileDecision(decision: Decision, testOf = ({ test }: Leaf): Predicate => test): Predicate {
  if (typeof decision === 'boolean') return () => decision;
  if (decision.type === 'leaf') return testOf(decision);
  const tests = decision.operands.map((operand) => compileDecision(operand, testOf));
  return decision.type === 'and' ? allOf(tests) : anyOf(tests);
}

function allOf(tests: readonly Predicate[]): Predicate {
  const [a, b, c] = tests as [Predicate, Predicate, Predicate];
  if (tests.length === 2) return (event) => a(event) && b(event);
  if (tests.length === 3) return (event) => a(event) && b(event) && c(event);
  return (event) => {
    for (const test of tests) if (!test(event)) return false;
    return true;
  };
}

function anyOf(tests: readonly Predicate[]): Predicate {
  const [a, b] = tests as [Predicate, Predicate];
  if (tests.length === 2) return (event) => a(event) || b(event);
  return (event) => {
    for (const test of tests) if (test(event)) return true;
    return false;
  };
}
