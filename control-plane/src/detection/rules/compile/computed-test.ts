import type { KindInfo } from '@picket/sdk';
import type { EventContext } from '../fields/event-context.ts';
import type { FieldSource } from '../fields/field-source.ts';
import { resolveUse } from '../fields/resolve-field.ts';
import { showSource } from '../fields/show-value.ts';
import type { Operator } from '../language/syntax-tree.ts';
import type { TestValues } from '../load/checked-condition.ts';
import { compareNumbers, compareTexts } from './text-test.ts';

type Parts = Extract<TestValues, { type: 'computed' }>['parts'];
type Values<T> = (c: EventContext) => readonly T[];

/**
 * Compiles a comparison with a value of the same event; undefined when events of the kind do not have it. One value of
 * either side that passes is enough, but for `!=` all must differ. What is absent passes nothing.
 */
export function compileComputed(
  operator: Operator,
  left: FieldSource,
  parts: Parts,
  kind: KindInfo,
): ((c: EventContext) => boolean) | undefined {
  const sources: (string | FieldSource)[] = [];
  for (const part of parts) {
    const source = typeof part === 'string' ? part : resolveUse(part, kind);
    if (source === undefined) return undefined;
    sources.push(source);
  }
  const right = sources.length === 1 ? sources[0] : undefined;
  const isNumeric = typeof right === 'object' && numbersOf(left) && numbersOf(right);
  if (isNumeric) return compareNumeric(operator, left, right);
  if (left.type === 'text' && typeof right === 'object' && right.type === 'text') {
    const [a, b] = [left.get, right.get];
    return (c) => compareKnownTexts(operator, a(c), b(c));
  }
  return pairwise(textsOf([left]), textsOf(sources), operator === '!=', (a, b) => compareTexts(operator, a, b));
}

function compareNumeric(operator: Operator, left: FieldSource, right: FieldSource) {
  if (left.type === 'number' && right.type === 'number') {
    const [a, b] = [left.get, right.get];
    return (c: EventContext) => compareKnown(operator, a(c), b(c));
  }
  const [as, bs] = [numbersOf(left), numbersOf(right)];
  return as && bs && pairwise(as, bs, operator === '!=', (a, b) => compareKnown(operator, a, b));
}

function pairwise<T>(left: Values<T>, right: Values<T>, all: boolean, passes: (a: T, b: T) => boolean) {
  return (c: EventContext): boolean => {
    const others = right(c);
    if (others.length === 0) return false;
    const values = left(c);
    if (all) return values.length > 0 && values.every((a) => others.every((b) => passes(a, b)));
    return values.some((a) => others.some((b) => passes(a, b)));
  };
}

function numbersOf(source: FieldSource): Values<number> | undefined {
  if (source.type === 'numbers') return source.get;
  return source.type === 'number' ? (c) => [source.get(c)] : undefined;
}

/** The values of one source, or the text that several make. */
function textsOf(sources: readonly (string | FieldSource)[]): Values<string> {
  const [first] = sources;
  if (sources.length === 1 && typeof first === 'object' && first.type === 'texts') return (c) => first.get(c) ?? [];
  return (c) => {
    let out = '';
    for (const source of sources) {
      const text = typeof source === 'string' ? source : showSource(source, c);
      if (text === undefined) return [];
      out += text;
    }
    return [out];
  };
}

const compareKnownTexts = (operator: Operator, a: string | undefined, b: string | undefined): boolean =>
  a !== undefined && b !== undefined && compareTexts(operator, a, b);

const compareKnown = (operator: Operator, a: number, b: number): boolean =>
  !Number.isNaN(a) && !Number.isNaN(b) && compareNumbers(operator, a, b);
