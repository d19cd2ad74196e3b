import type { KindInfo } from '@picket/sdk';
import type { Purity } from '../fields/field-source.ts';
import type { Checked } from '../load/checked-condition.ts';
import { compileTest, type Predicate } from './comparison.ts';

/**
 * A condition made for one kind of event, with every `not` pushed down to the tests. What the kind alone decides is
 * decided: a rule whose decision is false for a kind need not look at events of that kind.
 */
export type Decision =
  | boolean
  | { readonly type: 'and' | 'or'; readonly operands: readonly Decision[] }
  | { readonly type: 'leaf'; readonly test: Predicate; readonly pure: Purity | undefined };

/** Makes decisions for one kind; parts that rules share, as macros are, are made once. */
export class DecisionMaker {
  readonly #kind: KindInfo;
  readonly #plain = new Map<Checked, Decision>();
  readonly #negated = new Map<Checked, Decision>();

  constructor(kind: KindInfo) {
    this.#kind = kind;
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
      const compiled = compileTest(checked, this.#kind);
      if (typeof compiled === 'boolean') return compiled !== negated;
      const { test, pure } = compiled;
      return { type: 'leaf', pure, test: negated ? (c) => !test(c) : test };
    }
    const type = negated === (checked.type === 'and') ? 'or' : 'and';
    return fold(
      type,
      checked.operands.map((operand) => this.decide(operand, negated)),
    );
  }
}

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
  return open.length === 1 ? (open[0] as Decision) : { type, operands: open };
}

/**
 * Whether a decision can still come out true when only its pure tests are known, or only those of the access. This is Kleene's three-valued logic:
 * with every `not` at the tests, "not false" is what remains when unknown tests, negated or not, count as true.
 */
export function possible(decision: Decision, known: Purity): Decision {
  if (typeof decision === 'boolean') return decision;
  if (decision.type === 'leaf') return decision.pure === 'access' || decision.pure === known ? decision : true;
  return fold(
    decision.type,
    decision.operands.map((operand) => possible(operand, known)),
  );
}

/** Turns a decision into one function. */
export function compileDecision(decision: Decision): Predicate {
  if (typeof decision === 'boolean') return () => decision;
  if (decision.type === 'leaf') return decision.test;
  const tests = decision.operands.map(compileDecision);
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
