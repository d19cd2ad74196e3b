import { Lexer } from 'yaml';

/** Brackets and braces in each other; rule files need a handful. */
export const MAX_DEPTH = 100;
/** Tokens that are no text of the file: the begin of a document, the end of a broken list, and that a scalar follows. */
const NO_TEXT: ReadonlySet<string> = new Set(['\u0002', '\u0018']);
const SCALAR_FOLLOWS = '\u001f';

/**
 * Where brackets of a YAML text are nested deeper than allowed; undefined when they are not. Asked before the text is
 * parsed: the parser calls itself for each of them.
 */
export function tooDeepAt(text: string): number | undefined {
  if ((text.match(/[[{]/g)?.length ?? 0) <= MAX_DEPTH) return undefined;
  let depth = 0;
  let offset = 0;
  let before = '';
  for (const token of new Lexer().lex(text)) {
    const isSign = before !== SCALAR_FOLLOWS;
    before = token;
    if (NO_TEXT.has(token) || token === SCALAR_FOLLOWS) continue;
    if (isSign && (token === '[' || token === '{') && ++depth > MAX_DEPTH) return offset;
    if (isSign && (token === ']' || token === '}')) depth = Math.max(0, depth - 1);
    offset += token.length;
  }
  return undefined;
}
