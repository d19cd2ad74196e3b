import type { KindInfo } from '@picket/sdk';
import { ACTOR_FIELDS } from '../fields/actor-fields.ts';
import type { EventContext } from '../fields/event-context.ts';
import { resolveUse } from '../fields/resolve-field.ts';
import { showUse } from '../language/field-use.ts';
import type { Test } from '../load/checked-condition.ts';
import { compileTest, type Predicate, textTest } from './comparison.ts';
import { needlesOf } from './needles.ts';
import { setBit } from './rule-bits.ts';
import { ValueTests } from './value-tests.ts';

/** A field of long texts. Tests that can not be told by a needle are not asked there before a rule comes to them. */
const LONG = 'proc.args';
const LONG_ENOUGH = 3;

/** Tests of one field that looks at one text or at any of several. */
interface TextField {
  readonly get: (c: EventContext) => string | readonly string[] | undefined;
  readonly tests: ValueTests;
}

/**
 * The tests of all rules that look at nothing but the process, its ancestors and its container. Each has a number, equal ones
 * the same. They are answered all at once: events of one process share the answers.
 */
export class ActorTests {
  readonly #numbers = new Map<string, number>();
  readonly #byField = new Map<string, TextField>();
  readonly #fields: TextField[] = [];
  /** Tests that are asked one by one. */
  readonly #single: { readonly number: number; readonly test: Predicate }[] = [];

  get size(): number {
    return this.#numbers.size;
  }

  /** The number of a test; undefined for one that looks at more. */
  number(test: Test, kind: KindInfo): number | undefined {
    if (!ACTOR_FIELDS.has(test.field.name) || test.values.type === 'computed' || isDear(test)) return undefined;
    const key = `${showUse(test.field)} ${test.operator} ${JSON.stringify(test.values)}`;
    const known = this.#numbers.get(key);
    if (known !== undefined) return known;
    const compiled = compileTest(test, kind);
    if (typeof compiled === 'boolean') return undefined;
    const number = this.#numbers.size;
    this.#numbers.set(key, number);
    if (!this.#addToField(test, kind, number)) this.#single.push({ number, test: compiled.test });
    return number;
  }

  /** Several values pass when one does, but `!=` and `exists` look at them together. */
  #addToField({ field, operator, values }: Test, kind: KindInfo, number: number): boolean {
    const source = resolveUse(field, kind);
    const passes = textTest(operator, values);
    if ((source?.type !== 'text' && source?.type !== 'texts') || !passes || operator === 'exists') return false;
    if (source.type === 'texts' && operator === '!=') return false;
    const key = showUse(field);
    const known = this.#byField.get(key) ?? this.#addField(key, source.get);
    known.tests.add({ number, passes, needles: needlesOf(operator, values) });
    return true;
  }

  #addField(key: string, get: TextField['get']): TextField {
    const made = { get, tests: new ValueTests() };
    this.#byField.set(key, made);
    this.#fields.push(made);
    return made;
  }

  /** Sets the bits of the tests that the actor of the current event passes; `bits` has none set before. */
  answer(c: EventContext, bits: Uint32Array): void {
    for (const { number, test } of this.#single) if (test(c)) setBit(bits, number);
    for (const { get, tests } of this.#fields) {
      const value = get(c);
      if (value === undefined) continue;
      if (typeof value === 'string') mark(tests.passedBy(value), bits);
      else for (const one of value) mark(tests.passedBy(one), bits);
    }
  }
}

function isDear({ field, operator, values }: Test): boolean {
  if (field.name !== LONG || operator === 'exists' || operator === '!=') return false;
  const needles = needlesOf(operator, values);
  return !needles?.every(({ at, text }) => at === 'whole' || text.length >= LONG_ENOUGH);
}

function mark(numbers: readonly number[], bits: Uint32Array): void {
  for (let i = 0; i < numbers.length; i++) setBit(bits, numbers[i] as number);
}
