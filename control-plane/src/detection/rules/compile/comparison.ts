import type { KindInfo } from '@picket/sdk';
import { Header, parseIp } from '@picket/sdk';
import type { EventContext } from '../fields/event-context.ts';
import type { FieldSource, Purity } from '../fields/field-source.ts';
import { resolveUse } from '../fields/resolve-field.ts';
import type { FieldUse, Operator } from '../language/syntax-tree.ts';
import type { Test, TestValues } from '../load/checked-condition.ts';
import { compileComputed } from './computed-test.ts';
import type { TextTest } from './glob.ts';
import { type IpRange, inRange } from './ip-range.ts';
import { compareNumbers, compileTextTest } from './text-test.ts';

/** Whether the current event passes. */
export type Predicate = (c: EventContext) => boolean;

/** A test made for one kind of event: known beforehand, or a function of the event. */
export type CompiledTest = boolean | { readonly test: Predicate; readonly pure: Purity | undefined };

/**
 * Compiles a test for a kind of event. A value that is absent passes no test but its negation, `!=` neither; of several
 * values one that passes is enough, but all must differ for `!=`.
 * @param sourceOf where fields get their values, when they are not read anew for every test
 */
export function compileTest(
  test: Test,
  kind: KindInfo,
  sourceOf = (use: FieldUse): FieldSource | undefined => resolveUse(use, kind),
): CompiledTest {
  const source = sourceOf(test.field);
  if (!source) return false;
  if (test.operator === 'exists') return compileExists(source);
  if (test.values.type === 'computed') {
    const computed = compileComputed(test.operator, source, test.values.parts, kind);
    return computed ? { pure: undefined, test: computed } : false;
  }
  return compileSource(source, test.operator, test.values);
}

function compileSource(source: FieldSource, operator: Operator, values: TestValues): CompiledTest {
  switch (source.type) {
    case 'text':
    case 'texts':
    case 'call': {
      const passes = textTest(operator, values);
      return passes ? compileTexts(source, passes, operator === '!=') : false;
    }
    case 'constant':
      return compileConstant(source.value, operator, values);
    case 'number':
    case 'numbers':
      return values.type === 'numbers' ? compileNumberTest(source, operator, values.values) : false;
    case 'bool': {
      if (values.type !== 'bools') return false;
      const { get, pure } = source;
      const wanted = boolsPassing(operator, values.values);
      return { pure, test: (c) => wanted.has(get(c)) };
    }
    default:
      return values.type === 'ips' ? compileIps(source, operator === '!=', values.values) : false;
  }
}

/** Undefined for values that are no texts. */
export function textTest(operator: Operator, values: TestValues): TextTest | undefined {
  if (values.type === 'pattern') return values.pattern.matches;
  return values.type === 'texts' ? compileTextTest(operator, values.values) : undefined;
}

type TextSource = Extract<FieldSource, { type: 'text' | 'texts' | 'call' }>;

function compileTexts(source: TextSource, passes: (text: string) => boolean, all: boolean): CompiledTest {
  if (source.type === 'call') return compileCall(source, passes);
  if (source.type === 'texts') {
    const { get } = source;
    return { pure: undefined, test: (c) => anyOrAll(get(c) ?? [], passes, all) };
  }
  const { get, pure, values } = source;
  if (values && !values.some(passes)) return false;
  const test = (c: EventContext): boolean => {
    const text = get(c);
    return text !== undefined && passes(text);
  };
  return { pure, test };
}

/** No value passes nothing; `!=` asks every one of them. */
function anyOrAll<T>(values: readonly T[], passes: (value: T) => boolean, all: boolean): boolean {
  return all ? values.length > 0 && values.every(passes) : values.some(passes);
}

/** There are few names of calls, so each is asked once and the event only looks up the answer. */
function compileCall(source: Extract<FieldSource, { type: 'call' }>, passes: (text: string) => boolean): CompiledTest {
  const answers = new Map(source.names.map((name) => [name, passes(name)]));
  const distinct = new Set(answers.values());
  if (distinct.size === 1) return answers.values().next().value as boolean;
  const byNumber = Uint8Array.from({ length: 1024 }, (_, i) => (answers.get(source.nameOf(i)) ? 1 : 0));
  const other = answers.get(source.nameOf(65535)) === true;
  const test = (c: EventContext): boolean => {
    const number = c.cursor.u16(Header.syscall);
    return number < 1024 ? byNumber[number] === 1 : other;
  };
  return { pure: undefined, test };
}

function compileConstant(value: string | boolean, operator: Operator, values: TestValues): boolean {
  if (typeof value === 'string') return textTest(operator, values)?.(value) ?? false;
  return values.type === 'bools' && boolsPassing(operator, values.values).has(value);
}

const boolsPassing = (operator: Operator, values: readonly boolean[]): ReadonlySet<boolean | undefined> =>
  new Set([true, false].filter((value) => (operator === '!=' ? value !== values[0] : values.includes(value))));

function compileNumberTest(
  source: Extract<FieldSource, { type: 'number' | 'numbers' }>,
  operator: Operator,
  values: readonly number[],
): CompiledTest {
  const first = values[0] ?? Number.NaN;
  const set = new Set(values);
  const member = operator === 'in' || operator === 'intersects';
  const passes = member ? (value: number) => set.has(value) : (value: number) => compareNumbers(operator, value, first);
  if (source.type === 'numbers') {
    const { get } = source;
    return { pure: undefined, test: (c) => anyOrAll(get(c), passes, operator === '!=') };
  }
  const { get, pure } = source;
  const test = (c: EventContext): boolean => {
    const value = get(c);
    return !Number.isNaN(value) && passes(value);
  };
  return { pure, test };
}

type IpSource = Extract<FieldSource, { type: 'ips' | 'ip-text' }>;

function compileIps(source: IpSource, differ: boolean, ranges: readonly IpRange[]): CompiledTest {
  const passes = (bytes: Uint8Array, at: number): boolean => {
    for (const range of ranges) if (inRange(range, bytes, at)) return !differ;
    return differ;
  };
  if (source.type === 'ips') {
    const { get } = source;
    const test = (c: EventContext): boolean => {
      let known = false;
      for (const place of get) {
        const at = place(c);
        if (at < 0) continue;
        known = true;
        // as anyOrAll, without a list for each event
        if (passes(c.cursor.bytes, at) !== differ) return !differ;
      }
      return known && differ;
    };
    return { pure: undefined, test };
  }
  const { get } = source;
  const test = (c: EventContext): boolean => {
    const bytes = parseIp(get(c) ?? '');
    return bytes !== undefined && passes(bytes, 0);
  };
  return { pure: undefined, test };
}

function compileExists(source: FieldSource): CompiledTest {
  switch (source.type) {
    case 'constant':
    case 'call':
      return true;
    case 'ips':
      return { pure: undefined, test: (c) => source.get.some((place) => place(c) >= 0) };
    case 'number':
      return { pure: source.pure, test: (c) => !Number.isNaN(source.get(c)) };
    case 'texts':
    case 'numbers':
      return { pure: undefined, test: (c) => (source.get(c)?.length ?? 0) > 0 };
    case 'ip-text':
      return { pure: undefined, test: (c) => source.get(c) !== undefined };
    default:
      return { pure: source.pure, test: (c) => source.get(c) !== undefined };
  }
}
