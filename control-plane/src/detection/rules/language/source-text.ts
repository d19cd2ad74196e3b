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

/** For each offset of the value the offset in the source; a quoted escape falls back to the nearest character before it. */
function pairOffsets(text: string, source: string, scalar: Scalar): Int32Array {
  const begin = scalar.range?.[0] ?? 0;
  const end = scalar.range?.[1] ?? begin;
  const out = new Int32Array(text.length + 1);
  let at = begin;
  if (scalar.type === 'BLOCK_FOLDED' || scalar.type === 'BLOCK_LITERAL') at = source.indexOf('\n', begin) + 1;
  else if (scalar.type === 'QUOTE_DOUBLE' || scalar.type === 'QUOTE_SINGLE') at = begin + 1;
  for (let i = 0; i < text.length; i++) {
    if (!isBlank(text.charCodeAt(i))) {
      let next = at;
      while (next < end && source[next] !== text[i]) next++;
      if (next < end) at = next;
    }
    out[i] = at;
    if (!isBlank(text.charCodeAt(i))) at++;
  }
  out[text.length] = Math.min(at, end);
  return out;
}

const isBlank = (code: number) => code === 32 || code === 9 || code === 10 || code === 13;
