/** Tests a whole text. */
export type TextTest = (text: string) => boolean;

/** One character of a pattern: itself, or a set of characters. */
type Char = string | ((char: string) => boolean);

/** What stands between two stars. Most pieces are literal, and are then found by the engine's own search. */
interface Piece {
  readonly length: number;
  readonly literal: string | undefined;
  readonly chars: readonly Char[];
}

/** Whether a text has a character that a pattern would give a meaning to. */
export const isPattern = (text: string): boolean => /[*?[\\]/.test(text);

/**
 * Compiles a shell pattern as fnmatch(3) without flags reads it: `*` any characters, slashes too, `?` one character,
 * `[a-z]` and `[!a-z]` sets, a backslash takes away a meaning. Takes at most length x pattern steps, whatever the text:
 * the leftmost place of each piece between stars is never a worse choice than a later one.
 */
export function compileGlob(pattern: string, ignoreCase = false): TextTest {
  const pieces = parse(ignoreCase ? pattern.toLowerCase() : pattern);
  const test = compilePieces(pieces);
  return ignoreCase ? (text) => test(text.toLowerCase()) : test;
}

function compilePieces(pieces: readonly Piece[]): TextTest {
  const first = pieces[0] as Piece;
  if (pieces.length === 1) return (text) => text.length === first.length && fits(first, text, 0);
  const last = pieces[pieces.length - 1] as Piece;
  const middle = pieces.slice(1, -1);
  const least = pieces.reduce((sum, piece) => sum + piece.length, 0);
  return (text) => {
    if (text.length < least || !fits(first, text, 0) || !fits(last, text, text.length - last.length)) return false;
    let from = first.length;
    const end = text.length - last.length;
    for (const piece of middle) {
      const at = find(piece, text, from, end);
      if (at < 0) return false;
      from = at + piece.length;
    }
    return true;
  };
}

function fits(piece: Piece, text: string, at: number): boolean {
  if (piece.literal !== undefined) return text.startsWith(piece.literal, at);
  for (let i = 0; i < piece.chars.length; i++) {
    const char = piece.chars[i] as Char;
    const given = text[at + i] as string;
    if (typeof char === 'string' ? char !== given : !char(given)) return false;
  }
  return true;
}

/** The leftmost place of a piece that ends before `end`; -1 when there is none. */
function find(piece: Piece, text: string, from: number, end: number): number {
  if (piece.literal !== undefined) {
    const at = text.indexOf(piece.literal, from);
    return at + piece.length <= end ? at : -1;
  }
  for (let at = from; at + piece.length <= end; at++) if (fits(piece, text, at)) return at;
  return -1;
}

function parse(pattern: string): Piece[] {
  const pieces: Piece[] = [];
  let chars: Char[] = [];
  // where one set has no end no later one has: looking again each time would take the square of the length
  let setsEnd = true;
  for (let i = 0; i < pattern.length; i++) {
    const char = pattern[i] as string;
    const set = char === '[' && setsEnd ? parseSet(pattern, i) : undefined;
    if (char === '[' && !set) setsEnd = false;
    if (char === '*') {
      pieces.push(makePiece(chars));
      chars = [];
    } else if (char === '?') chars.push(() => true);
    else if (set) {
      chars.push(set.accepts);
      i = set.end;
    } else chars.push(char === '\\' && i + 1 < pattern.length ? (pattern[++i] as string) : char);
  }
  pieces.push(makePiece(chars));
  return pieces;
}

function makePiece(chars: readonly Char[]): Piece {
  const isLiteral = chars.every((char) => typeof char === 'string');
  return { length: chars.length, literal: isLiteral ? chars.join('') : undefined, chars };
}

/** A set in brackets; undefined when it has no end, then the bracket stands for itself. */
function parseSet(pattern: string, begin: number): { accepts: (char: string) => boolean; end: number } | undefined {
  let i = begin + 1;
  const negated = pattern[i] === '!' || pattern[i] === '^';
  if (negated) i++;
  const ranges: [string, string][] = [];
  for (let first = true; i < pattern.length; first = false) {
    if (pattern[i] === ']' && !first) {
      const accepts = (char: string) => ranges.some(([low, high]) => low <= char && char <= high) !== negated;
      return { accepts, end: i };
    }
    if (pattern[i] === '\\' && i + 1 < pattern.length) i++;
    const low = pattern[i] as string;
    const isRange = pattern[i + 1] === '-' && i + 2 < pattern.length && pattern[i + 2] !== ']';
    ranges.push([low, isRange ? (pattern[i + 2] as string) : low]);
    i += isRange ? 3 : 1;
  }
  return undefined;
}
