import {
  countTests,
  type ExplainedPart,
  type ExplainedTest,
  type Explanation,
  type NamedEvent,
} from '@picket/control-plane/rules';
import { cut, WIDTH, wrap } from './wrap.ts';

/** Room in front of each part: the mark, and how the part came out. */
const GUTTER = 8;
const STEP = 2;

export interface ExplanationStyle {
  /** Also shows the parts that decide nothing. */
  readonly all: boolean;
}

/** An event in a few lines. */
export function formatEvent(event: NamedEvent): string[] {
  const what = [event.call ?? event.kind, event.process, event.subject].filter((part) => part !== undefined).join(' ');
  const where = event.container === undefined ? 'outside of containers' : `in ${event.container}`;
  return [...wrap(`${event.event} at ${event.time}`), ...wrap(`${what} ${where}`, '  ')];
}

/** What a condition makes of an event, for a terminal of 80 columns. */
export function formatPart({ label, explanation, inTheWay }: ExplainedPart, style: ExplanationStyle): string[] {
  const { passes } = explanation;
  const lacks = inTheWay.length === 1 ? '1 test is' : `${inTheWay.length} tests are`;
  const verdict = passes ? 'the condition holds' : `the condition does not hold: ${lacks} in the way (marked >)`;
  const decisive = new Set<Explanation>(passes ? [] : inTheWay);
  return [
    ...wrap(label === undefined ? verdict : `${label}: ${verdict}`, '  '),
    ...partLines(explanation, 0, { ...style, decisive, decides: true }),
  ];
}

interface Around extends ExplanationStyle {
  readonly decisive: ReadonlySet<Explanation>;
  /** Whether the part has a say in how the whole came out. */
  readonly decides: boolean;
}

function partLines(part: Explanation, depth: number, around: Around): string[] {
  if (part.type === 'test') return testLines(part, depth, around.decisive.has(part));
  const name = part.macro === undefined ? part.type : `${part.type} (${part.macro})`;
  if (!around.decides && !around.all) {
    const tests = countTests(part);
    const folded = `${part.macro ?? part.type} (${tests === 1 ? '1 test' : `${tests} tests`})`;
    return [line(part, depth, folded, false)];
  }
  const operands = part.type === 'not' ? [part.operand] : part.operands;
  return [
    line(part, depth, name, false),
    ...operands.flatMap((operand) =>
      partLines(operand, depth + 1, { ...around, decides: around.decides && hasASay(part, operand) }),
    ),
  ];
}

/** One operand that fails decides an "and", one that passes an "or"; the others then have no say. */
function hasASay(part: Explanation, operand: Explanation): boolean {
  if (part.type === 'and') return part.passes || !operand.passes;
  if (part.type === 'or') return !part.passes || operand.passes;
  return true;
}

function testLines(test: ExplainedTest, depth: number, marked: boolean): string[] {
  const value = valueText(test);
  const room = WIDTH - GUTTER - depth * STEP;
  const text = testText(test, room);
  if (text.length + value.length + 2 <= room) return [line(test, depth, `${text}  ${value}`, marked)];
  return [line(test, depth, cut(text, room), marked), line(undefined, depth + 1, cut(value, room - STEP), false)];
}

/** A test as a rule writes it; of many values those that there is room for. */
function testText({ field, operator, wanted }: ExplainedTest, room: number): string {
  if (wanted.length === 0) return `${field} ${operator}`;
  if (wanted.length === 1) return `${field} ${operator} ${quoted(wanted[0] ?? '')}`;
  const values = wanted.map(quoted);
  const listed = (shown: number) => {
    const left = values.length - shown;
    return `${field} ${operator} (${values.slice(0, shown).join(', ')}${left > 0 ? `, … ${left} more` : ''})`;
  };
  let shown = values.length;
  while (shown > 1 && listed(shown).length > room) shown--;
  return listed(shown);
}

function valueText({ value, missing, field }: ExplainedTest): string {
  if (missing === 'kind') return `[events of this kind have no ${field}]`;
  return missing === 'event' ? '[no value]' : `[${value}]`;
}

const quoted = (value: string) => (/^[^\s(),"']+$/.test(value) ? value : JSON.stringify(value));

function line(part: Explanation | undefined, depth: number, text: string, marked: boolean): string {
  const outcome = part === undefined ? '' : outcomeOf(part);
  const indent = ' '.repeat(depth * STEP);
  return `${marked ? '> ' : '  '}${outcome.padEnd(GUTTER - STEP)}${indent}${cut(text, WIDTH - GUTTER - indent.length)}`;
}

/** A test that there is no value for is neither passed nor failed by the event, though it counts as failed. */
function outcomeOf(part: Explanation): string {
  if (part.passes) return 'pass';
  return part.type === 'test' && part.missing !== undefined ? 'none' : 'fail';
}
