import type { Operator } from '../language/syntax-tree.ts';
import { compileGlob, type TextTest } from './glob.ts';
import { compilePathPrefixes } from './path-prefixes.ts';

/**
 * The test that an operator makes of a text, against values that are known when the rule is loaded; `regex` has its own,
 * see compileRegex.
 */
export function compileTextTest(operator: Operator, values: readonly string[]): TextTest {
  const first = values[0] ?? '';
  switch (operator) {
    case 'in':
    case 'intersects':
      return compileMembership(values);
    case 'pmatch':
      return compilePathPrefixes(values);
    case 'glob':
      return compileGlob(first);
    case 'iglob':
      return compileGlob(first, true);
    case 'icontains': {
      const lower = first.toLowerCase();
      return (text) => text.toLowerCase().includes(lower);
    }
    case 'bcontains':
    case 'bstartswith': {
      const decoded = Buffer.from(first, 'hex').toString('utf8');
      return operator === 'bcontains' ? (text) => text.includes(decoded) : (text) => text.startsWith(decoded);
    }
    case 'exists':
      return () => true;
    case '=':
      return (text) => text === first;
    case 'contains':
      return (text) => text.includes(first);
    case 'startswith':
      return (text) => text.startsWith(first);
    case 'endswith':
      return (text) => text.endsWith(first);
    default:
      return (text) => compareTexts(operator, text, first);
  }
}

/** The operators that compare two texts, also when the second one comes from the event. */
export function compareTexts(operator: Operator, text: string, other: string): boolean {
  switch (operator) {
    case '=':
      return text === other;
    case '!=':
      return text !== other;
    case '<':
      return text < other;
    case '<=':
      return text <= other;
    case '>':
      return text > other;
    case '>=':
      return text >= other;
    case 'contains':
      return text.includes(other);
    case 'startswith':
      return text.startsWith(other);
    case 'endswith':
      return text.endsWith(other);
    default:
      return compileTextTest(operator, [other])(text);
  }
}

function compileMembership(values: readonly string[]): TextTest {
  const set = new Set(values);
  return (text) => set.has(text);
}

/** The operators that compare two numbers. */
export function compareNumbers(operator: Operator, value: number, other: number): boolean {
  switch (operator) {
    case '=':
    case 'in':
    case 'intersects':
      return value === other;
    case '!=':
      return value !== other;
    case '<':
      return value < other;
    case '<=':
      return value <= other;
    case '>':
      return value > other;
    case '>=':
      return value >= other;
    default:
      return false;
  }
}
