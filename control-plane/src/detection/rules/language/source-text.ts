import type { LineCounter, Scalar } from 'yaml';
import type { Position } from './position.ts';

/** Text taken out of a rule file that still knows where each of its characters stands there. */
export class SourceText {
  readonly text: string;
  readonly #locate: (offset: number) => Position;

  constructor(text: string, locate: (offset: number) => Position) {
    this.text = text;
    this.#locate = locate;
  }

  locate(offset: number): Position {
    return this.#locate(offset);
  }

  /** This text, a space, and another one. */
  join(other: SourceText): SourceText {
    const begin = this.text.length + 1;
    return new SourceText(`${this.text} ${other.text}`, (offset) =>
      offset < begin ? this.locate(offset) : other.locate(offset - begin),
    );
  }

  /** Text that stands nowhere but at one position, as a rule given through the API in parts. */
  static at(text: string, position: Position): SourceText {
    return new SourceText(text, () => position);
  }

  /** The value of a YAML scalar. Folding and indentation change it, so characters are paired with the source one by one. */
  static fromScalar(scalar: Scalar, file: string, source: string, lines: LineCounter): SourceText {
    const text = typeof scalar.value === 'string' ? scalar.value : (scalar.source ?? String(scalar.value));
    let offsets: Int32Array | undefined;
    return new SourceText(text, (offset) => {
      offsets ??= pairOffsets(text, source, scalar);
      const { line, col } = lines.linePos(offsets[Math.min(offset, text.length)] ?? 0);
      return { file, line, column: col };
    });
  }
}

/** For each offset of the value the offset in the source. */
function pairOffsets(text: string, source: string, scalar: Scalar): Int32Array {
  const begin = scalar.range?.[0] ?? 0;
  const end = scalar.range?.[1] ?? begin;
  const escapes = scalar.type === 'QUOTE_DOUBLE';
  const out = new Int32Array(text.length + 1);
  let at = begin;
  if (scalar.type === 'BLOCK_FOLDED' || scalar.type === 'BLOCK_LITERAL') at = source.indexOf('\n', begin) + 1;
  else if (escapes || scalar.type === 'QUOTE_SINGLE') at = begin + 1;
  for (let i = 0; i < text.length; i++) {
    out[i] = Math.min(at, end);
    if (isBlank(text.charCodeAt(i))) continue;
    at = skipBlank(source, at, end, escapes);
    const length = escapes && source[at] === '\\' ? escapeLength(source, at) : undefined;
    if (length === undefined) at = find(text[i] as string, source, at, end);
    out[i] = Math.min(at, end);
    at += length ?? 1;
    // one escape can stand for two units
    if (length === LONGEST_ESCAPE && isLowSurrogate(text.charCodeAt(i + 1))) out[i + 1] = out[i++] as number;
  }
  out[text.length] = Math.min(at, end);
  return out;
}

/** How far a character can be from where it is looked for: between them stands the second of two quotes. */
const NEAR = 4;

/** The next place of a character; where it does not stand near, the place itself. */
function find(char: string, source: string, at: number, end: number): number {
  for (let next = at; next < Math.min(at + NEAR, end); next++) if (source[next] === char) return next;
  return Math.min(at, end);
}

/** Blanks, and the escapes that stand for them: folding makes others of them, so they are not paired. */
function skipBlank(source: string, from: number, end: number, escapes: boolean): number {
  let at = from;
  for (;;) {
    while (at < end && isBlank(source.charCodeAt(at))) at++;
    BLANK_ESCAPE.lastIndex = at;
    const match = escapes && at < end ? BLANK_ESCAPE.exec(source) : null;
    if (!match) return at;
    at += match[0].length;
  }
}

const BLANK_ESCAPE = /\\(?:[ntr \t]|x(?:20|0[9aAdD])|u00(?:20|0[9aAdD])|\r?\n)/y;
const LONGEST_ESCAPE = 10;

/** Characters of an escape of a double-quoted YAML text. */
function escapeLength(source: string, at: number): number {
  const letter = source[at + 1];
  if (letter === 'x') return 4;
  if (letter === 'u') return 6;
  return letter === 'U' ? LONGEST_ESCAPE : 2;
}

const isBlank = (code: number) => code === 32 || code === 9 || code === 10 || code === 13;
const isLowSurrogate = (code: number) => code >= 0xdc00 && code <= 0xdfff;
