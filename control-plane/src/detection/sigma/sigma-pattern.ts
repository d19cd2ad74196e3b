import { quote } from './expression.ts';

/** A wildcard stands for itself as a symbol, so that it is told from the character. */
export const ANY = Symbol('*');
export const ONE = Symbol('?');
type Part = string | typeof ANY | typeof ONE;

/** A value of Sigma: pieces of text and wildcards, no two texts in a row. */
export type SigmaPattern = readonly Part[];

/**
 * Reads a value. `*` stands for any characters and `?` for one; a backslash before one of them or before another backslash
 * takes away its meaning, and any other backslash is one.
 */
export function parsePattern(value: string): SigmaPattern {
  const parts: Part[] = [];
  let text = '';
  const end = () => {
    if (text !== '') parts.push(text);
    text = '';
  };
  for (let i = 0; i < value.length; i++) {
    const char = value[i] as string;
    const next = value[i + 1];
    if (char === '\\' && (next === '*' || next === '?' || next === '\\')) {
      text += next;
      i++;
    } else if (char === '*' || char === '?') {
      end();
      // stars in a row are one
      if (char === '?' || parts.at(-1) !== ANY) parts.push(char === '*' ? ANY : ONE);
    } else text += char;
  }
  end();
  return parts;
}

/** Puts a wildcard before or behind. */
export const before = (pattern: SigmaPattern): SigmaPattern => (pattern[0] === ANY ? pattern : [ANY, ...pattern]);
export const behind = (pattern: SigmaPattern): SigmaPattern => (pattern.at(-1) === ANY ? pattern : [...pattern, ANY]);

/** How a pattern is said in the rule language: an operator and its value, in quotes. */
export interface TextMatch {
  readonly operator: '=' | 'contains' | 'startswith' | 'endswith' | 'glob' | 'exists';
  readonly value: string;
}

/** @param cased whether upper and lower case differ; otherwise the value is in lower case */
export function matchOf(pattern: SigmaPattern, cased: boolean): TextMatch {
  const [first, second, third] = pattern;
  const say = (operator: TextMatch['operator'], text: string): TextMatch => ({
    operator,
    value: quote(cased ? text : text.toLowerCase()),
  });
  if (pattern.length === 0) return say('=', '');
  if (pattern.length === 1 && first === ANY) return { operator: 'exists', value: '' };
  if (pattern.length === 1 && typeof first === 'string') return say('=', first);
  if (pattern.length === 2 && typeof first === 'string' && second === ANY) return say('startswith', first);
  if (pattern.length === 2 && first === ANY && typeof second === 'string') return say('endswith', second);
  if (pattern.length === 3 && first === ANY && typeof second === 'string' && third === ANY)
    return say('contains', second);
  return say('glob', pattern.map(globPart).join(''));
}

function globPart(part: Part): string {
  if (part === ANY) return '*';
  return part === ONE ? '?' : (part as string).replace(/[\\*?[\]]/g, '\\$&');
}

/** Dashes that stand before a word, and what some programs take in their place. */
const OPTION = /(?<!\w)[-/](?=\w)/g;
const DASHES = ['-', '/', '–', '—', '―'];

/** The same value with each of the characters that can begin an option. */
export const withDashes = (value: string): string[] => [
  ...new Set([value, ...DASHES.map((dash) => value.replace(OPTION, dash))]),
];
