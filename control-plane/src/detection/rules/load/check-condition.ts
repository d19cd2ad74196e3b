import { takesList } from '../language/parser.ts';
import { RuleError } from '../language/rule-error.ts';
import type { Comparison, Computed, Condition, Literal } from '../language/syntax-tree.ts';
import { checkTest } from './check-test.ts';
import type { Checked } from './checked-condition.ts';

/** More tests than this no condition may have, its macros included: each of them may be paid for by every event. */
const MAX_TESTS = 10_000;
const MAX_LIST = 100_000;
const MAX_NESTING = 100;
/** Values of `oneof`: each stands in a test for every doubling of their number. */
const MAX_ALTERNATIVES = 100;

/** A macro as parsed, or why it could not be. */
export type MacroBody = Condition | RuleError;

/** Resolves macros and lists and checks fields, operators and values; each macro once, however often it is used. */
export class ConditionChecker {
  readonly #macros: ReadonlyMap<string, MacroBody>;
  readonly #lists: ReadonlyMap<string, readonly Literal[]>;
  readonly #warn: (message: string, at: Literal) => void;
  readonly #checkedMacros = new Map<string, Checked | RuleError>();
  readonly #expandedLists = new Map<string, readonly Literal[]>();
  readonly #open: string[] = [];

  constructor(
    macros: ReadonlyMap<string, MacroBody>,
    lists: ReadonlyMap<string, readonly Literal[]>,
    warn: (message: string, at: Literal) => void,
  ) {
    this.#macros = macros;
    this.#lists = lists;
    this.#warn = warn;
  }

  /** @throws RuleError at the place that is wrong, which may lie in a macro */
  check(condition: Condition): Checked {
    switch (condition.type) {
      case 'not': {
        const operand = this.check(condition.operand);
        return { type: 'not', operand, size: operand.size };
      }
      case 'macro':
        return this.#macro(condition.name, condition);
      case 'compare':
        return this.#compare(condition);
      default: {
        const operands = condition.operands.map((operand) => this.check(operand));
        return { type: condition.type, operands, size: operands.reduce((sum, operand) => sum + operand.size, 0) };
      }
    }
  }

  /** Refuses what would cost too much for every event. */
  bound(checked: Checked, at: { readonly at: RuleError['position'] }): Checked {
    if (checked.size <= MAX_TESTS) return checked;
    throw new RuleError('RULE_INVALID', `the condition has more than ${MAX_TESTS} tests, macros included`, at.at);
  }

  #macro(name: string, use: { readonly at: RuleError['position'] }): Checked {
    if (this.#open.includes(name)) {
      const circle = [...this.#open.slice(this.#open.indexOf(name)), name].join(' -> ');
      throw new RuleError('RULE_INVALID', `macro ${name} uses itself: ${circle}`, use.at);
    }
    const known = this.#checkedMacros.get(name) ?? this.#checkMacro(name, use);
    if (known instanceof RuleError) throw known;
    return known;
  }

  #checkMacro(name: string, use: { readonly at: RuleError['position'] }): Checked | RuleError {
    const body = this.#macros.get(name);
    if (!body) throw new RuleError('RULE_INVALID', `there is no macro ${name}`, use.at);
    if (this.#open.length >= MAX_NESTING)
      throw new RuleError('RULE_INVALID', `macros may be nested ${MAX_NESTING} deep at most`, use.at);
    this.#open.push(name);
    let checked: Checked | RuleError;
    try {
      checked = body instanceof RuleError ? body : named(this.bound(this.check(body), use), name);
    } catch (error) {
      if (!(error instanceof RuleError)) throw error;
      const isPlaced = error.message.startsWith('in macro ');
      checked = isPlaced ? error : new RuleError(error.code, `in macro ${name}: ${error.message}`, error.position);
    } finally {
      this.#open.pop();
    }
    this.#checkedMacros.set(name, checked);
    return checked;
  }

  #compare(comparison: Comparison): Checked {
    const { operator, modifier } = comparison;
    const isList = takesList(operator) || modifier !== undefined;
    const values = isList ? comparison.values.flatMap((value) => this.#expand(value)) : comparison.values;
    if (!modifier) return checkTest(comparison, values, this.#warn);
    if (modifier === 'oneof' && values.length > MAX_ALTERNATIVES)
      throw new RuleError('RULE_INVALID', `oneof takes ${MAX_ALTERNATIVES} values at most`, comparison.at);
    const tests = values.map((value) => checkTest(comparison, [value], this.#warn));
    return modifier === 'oneof' ? exactlyOne(tests) : joined(modifier === 'anyof' ? 'or' : 'and', tests);
  }

  #expand(value: Literal | Computed): readonly (Literal | Computed)[] {
    return value.type === 'literal' && !value.quoted && this.#lists.has(value.text)
      ? this.#list(value.text, [])
      : [value];
  }

  /** The items of a list, those of lists in it included. */
  #list(name: string, open: readonly string[]): readonly Literal[] {
    const known = this.#expandedLists.get(name);
    if (known) return known;
    const items = this.#lists.get(name) ?? [];
    if (open.length >= MAX_NESTING && items[0])
      throw new RuleError('RULE_INVALID', `lists may be nested ${MAX_NESTING} deep at most`, items[0].at);
    const out: Literal[] = [];
    for (const item of items) {
      if (item.quoted || !this.#lists.has(item.text)) out.push(item);
      else if (item.text === name || open.includes(item.text))
        throw new RuleError('RULE_INVALID', `list ${item.text} contains itself`, item.at);
      else for (const inner of this.#list(item.text, [...open, name])) out.push(inner);
      if (out.length > MAX_LIST)
        throw new RuleError('RULE_INVALID', `list ${name} has more than ${MAX_LIST} items`, item.at);
    }
    this.#expandedLists.set(name, out);
    return out;
  }
}

const joined = (type: 'and' | 'or', operands: readonly Checked[]): Checked => ({
  type,
  operands,
  size: operands.reduce((sum, { size }) => sum + size, 0),
});

/**
 * One of the tests passes and none of the others: one of either half, and none of the other half. Naming all others beside
 * each test would take the square of them.
 */
function exactlyOne(tests: readonly Checked[]): Checked {
  if (tests.length === 1) return tests[0] as Checked;
  const half = tests.length >> 1;
  const [first, second] = [tests.slice(0, half), tests.slice(half)];
  if (half === 0) return joined('or', []);
  return joined('or', [
    joined('and', [exactlyOne(first), noneOf(second)]),
    joined('and', [noneOf(first), exactlyOne(second)]),
  ]);
}

function noneOf(tests: readonly Checked[]): Checked {
  const operand = tests.length === 1 ? (tests[0] as Checked) : joined('or', tests);
  return { type: 'not', operand, size: operand.size };
}

const named = (checked: Checked, macro: string): Checked => (checked.type === 'test' ? checked : { ...checked, macro });
