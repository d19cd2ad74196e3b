import { KINDS, Kind, type KindInfo } from '@picket/sdk';
import { compileTest } from '../rules/compile/comparison.ts';
import type { Checked, Test } from '../rules/load/checked-condition.ts';
import { accessAllows, type OpenClass } from './open-class.ts';
import { type PathScope, smallestScope, unionScopes } from './path-scope.ts';
import { pathsPassing } from './path-test.ts';

const OPEN = KINDS.find((kind) => kind.id === Kind.FileOpen) as KindInfo;
/** Results of opens that succeeded: descriptors, told as numbers. */
const DESCRIPTORS = new Set(['evt.rawres', 'fd.num', 'evt.arg.fd', 'evt.arg.res_or_fd']);

/**
 * Paths whose opens of one class a condition can be true for: never fewer than that. Conjunctions narrow, disjunctions
 * join; a test that says nothing of path or access, or is negated, leaves every path possible.
 */
export class OpenScopes {
  readonly #class: OpenClass;
  readonly #plain = new Map<Checked, PathScope>();
  readonly #negated = new Map<Checked, PathScope>();

  constructor(of: OpenClass) {
    this.#class = of;
  }

  of(checked: Checked, negated = false): PathScope {
    const memo = negated ? this.#negated : this.#plain;
    const known = memo.get(checked);
    if (known !== undefined) return known;
    const scope = this.#find(checked, negated);
    memo.set(checked, scope);
    return scope;
  }

  #find(checked: Checked, negated: boolean): PathScope {
    if (checked.type === 'not') return this.of(checked.operand, !negated);
    if (checked.type === 'test') return this.#ofTest(checked, negated);
    const scopes = checked.operands.map((operand) => this.of(operand, negated));
    return (checked.type === 'and') === negated ? unionScopes(scopes) : smallestScope(scopes);
  }

  #ofTest(test: Test, negated: boolean): PathScope {
    const compiled = compileTest(test, OPEN);
    if (typeof compiled === 'boolean') return compiled === negated ? 'nothing' : 'everything';
    if (compiled.pure === 'access' && !accessAllows(compiled, this.#class, !negated)) return 'nothing';
    if (this.#class !== 'failed' && !successAllows(test, negated)) return 'nothing';
    return negated ? 'everything' : pathsPassing(test, this.#class);
  }
}

/** Whether the result of an open that succeeded can pass. */
function successAllows({ field, operator, values }: Test, negated: boolean): boolean {
  if (field.transformers) return true;
  if (field.name === 'evt.res' && values.type === 'texts' && (operator === '=' || operator === 'in'))
    return values.values.includes('SUCCESS') !== negated;
  if (!DESCRIPTORS.has(field.name) || values.type !== 'numbers') return true;
  const isBelow = operator === '<' && (values.values[0] ?? 0) <= 0;
  const isNegative = (operator === '=' || operator === 'in') && values.values.every((value) => value < 0);
  return negated || !(isBelow || isNegative);
}
