import type { Operator } from '../language/syntax-tree.ts';
import type { TestValues } from '../load/checked-condition.ts';
import { isPattern } from './glob.ts';
import { regexLiterals } from './regex-literals.ts';

/** A text, and where in a value it has to be. */
export interface Needle {
  readonly at: 'whole' | 'start' | 'end' | 'any';
  readonly text: string;
}

/** What a pattern would give a meaning to besides its stars. */
const NOT_LITERAL = /[?[\\]/;
const LONG_ENOUGH = 3;

/**
 * Texts of which every value that passes a test has one. A value with one of them need not pass. Undefined when nothing
 * is known: any value may pass.
 */
export function needlesOf(operator: Operator, values: TestValues): readonly Needle[] | undefined {
  if (values.type === 'pattern') {
    const { start, inner } = regexLiterals(values.pattern.source);
    return known([start === '' ? { at: 'any', text: inner } : { at: 'start', text: start }]);
  }
  if (values.type !== 'texts') return undefined;
  const all = (at: Needle['at']) => known(values.values.map((text) => ({ at, text })));
  switch (operator) {
    case '=':
    case 'in':
    case 'intersects':
      return all('whole');
    case 'startswith':
      return all('start');
    case 'endswith':
      return all('end');
    case 'contains':
      return all('any');
    case 'glob':
      return known(values.values.map(ofGlob));
    case 'pmatch':
      // slashes that follow each other count as one there
      return known([...values.values.map(ofPath), { at: 'any', text: '//' }]);
    default:
      return undefined;
  }
}

/** Every value has the empty text somewhere. */
const known = (needles: readonly Needle[]): readonly Needle[] | undefined =>
  needles.every(({ at, text }) => text !== '' || at === 'whole') ? needles : undefined;

/** The beginning, the end or the longest piece between stars, whichever is long enough. */
function ofGlob(pattern: string): Needle {
  if (!isPattern(pattern)) return { at: 'whole', text: pattern };
  const start = pattern.slice(0, pattern.search(/[*?[\\]/));
  const special = pattern.search(NOT_LITERAL);
  // behind a bracket or backslash a star need not be one
  const pieces = (special < 0 ? pattern : pattern.slice(0, special)).split('*');
  const end = special < 0 ? (pieces.at(-1) ?? '') : '';
  if (start.length >= LONG_ENOUGH) return { at: 'start', text: start };
  if (end.length >= LONG_ENOUGH) return { at: 'end', text: end };
  const longest = pieces.reduce((best, piece) => (piece.length > best.length ? piece : best), '');
  return { at: 'any', text: longest };
}

function ofPath(prefix: string): Needle {
  const components = prefix.split('/').filter((component) => component !== '');
  const plain = components.filter((component) => !isPattern(component));
  if (plain.length === components.length)
    return { at: 'start', text: components.length === 0 ? '' : `/${plain.join('/')}` };
  return { at: 'any', text: plain.reduce((best, one) => (one.length > best.length ? one : best), '') };
}
