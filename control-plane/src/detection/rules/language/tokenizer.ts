import { RuleError } from './rule-error.ts';
import type { SourceText } from './source-text.ts';
import { unescapeText } from './unescape-text.ts';

const BLANK = /[ \t\r\n\b]+/y;
const IDENTIFIER = /[A-Za-z_][A-Za-z0-9_-]*/y;
const FIELD = /[A-Za-z][A-Za-z0-9_]*(?:\.[A-Za-z][A-Za-z0-9_]*)+/y;
const BARE = /[^ \t\r\n\b(),="']+/y;
const BARE_ARGUMENT = /[^ \t\r\n\b[\]"']+/y;

/**
 * Cuts a condition into tokens. What a character means depends on where it stands (`<` is an operator behind a field and
 * a value behind `=`), so the parser asks for the kind of token it needs; each answer is undefined when it is not there.
 */
export class Tokenizer {
  readonly source: SourceText;
  #at = 0;

  constructor(source: SourceText) {
    this.source = source;
  }

  get offset(): number {
    return this.#at;
  }
  set offset(offset: number) {
    this.#at = offset;
  }

  atEnd(): boolean {
    this.#skipBlank();
    return this.#at >= this.source.text.length;
  }

  /** A punctuation sign exactly as given. */
  sign(sign: string): boolean {
    this.#skipBlank();
    if (!this.source.text.startsWith(sign, this.#at)) return false;
    this.#at += sign.length;
    return true;
  }

  /** A word exactly as given, not the beginning of a longer one. */
  word(word: string): boolean {
    this.#skipBlank();
    const before = this.#at;
    if (this.identifier() === word && !this.source.text.startsWith('.', this.#at)) return true;
    this.#at = before;
    return false;
  }

  identifier(): string | undefined {
    return this.#match(IDENTIFIER);
  }

  fieldName(): string | undefined {
    return this.#match(FIELD);
  }

  /** The argument of a field in brackets: quoted, or without blanks, brackets and quotes. */
  argument(): string | undefined {
    if (!this.source.text.startsWith('[', this.#at)) return undefined;
    const begin = this.#at++;
    const quoted = this.quoted();
    const text = quoted ?? this.#match(BARE_ARGUMENT);
    if (text === undefined || !this.sign(']'))
      throw this.error(`the argument that begins here has no end or no text`, begin);
    return text;
  }

  /** A string in double or single quotes; see `unescapeText` for what a backslash means in it. */
  quoted(): string | undefined {
    this.#skipBlank();
    const { text } = this.source;
    const quote = text[this.#at];
    if (quote !== '"' && quote !== "'") return undefined;
    for (let i = this.#at + 1; i < text.length; i++) {
      if (text[i] === '\\') i++;
      else if (text[i] === quote) {
        const inner = text.slice(this.#at + 1, i);
        this.#at = i + 1;
        return unescapeText(inner, quote);
      }
    }
    throw this.error('the string that begins here is not closed', this.#at);
  }

  bare(): string | undefined {
    return this.#match(BARE);
  }

  /** What stands at the current place, for messages. */
  found(): string {
    if (this.atEnd()) return 'the end of the condition';
    const rest = this.source.text.slice(this.#at);
    return `"${(/^[^\s(),]+/.exec(rest)?.[0] ?? rest[0] ?? '').slice(0, 40)}"`;
  }

  error(message: string, offset = this.#at): RuleError {
    return new RuleError('RULE_SYNTAX', message, this.source.locate(offset));
  }

  #match(pattern: RegExp): string | undefined {
    this.#skipBlank();
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.source.text);
    if (!match) return undefined;
    this.#at += match[0].length;
    return match[0];
  }

  #skipBlank(): void {
    BLANK.lastIndex = this.#at;
    const match = BLANK.exec(this.source.text);
    if (match) this.#at += match[0].length;
  }
}
