/** A piece of TypeScript that matters to the import check: comments, numbers and texts of templates are left out. */
export interface Token {
  readonly type: 'word' | 'string' | 'mark';
  /** The word, the content of the string as written, or the character. */
  readonly text: string;
  readonly line: number;
}

/** After these a slash begins a regular expression and not a division. */
const BEFORE_PATTERN = new Set('( , = : [ ! & | ? { } ; + - * % ~ ^ < > return typeof case in of await'.split(' '));

const SPACE = /\s+/y;
const COMMENT = /\/\/.*|\/\*[\s\S]*?\*\//y;
const WORD = /[\p{ID_Start}$_#][\p{ID_Continue}$]*/uy;
const NUMBER = /\d[\w.]*/y;
// A quote without its twin on the line is an apostrophe in the text of a page (JSX): it stands for itself.
const STRING = /'((?:[^'\\\n]|\\[\s\S])*)'|"((?:[^"\\\n]|\\[\s\S])*)"/y;
const REGEX = /\/(?:[^/\\[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/\p{ID_Continue}*/uy;
/** Up to the end of a template or to its next substitution. */
const TEMPLATE = /(?:[^`\\$]|\\[\s\S]|\$(?!\{))*(`|\$\{)/y;

/**
 * Splits TypeScript or TSX into tokens, well enough to find imports and names outside comments, strings and
 * templates. Not a parser: it trusts that the compiler has accepted the file.
 */
export function tokenize(source: string): readonly Token[] {
  return new Tokenizer(source).run();
}

class Tokenizer {
  readonly #source: string;
  readonly #tokens: Token[] = [];
  /** For each open substitution of a template: how many braces are open inside it. */
  readonly #braces: number[] = [];
  #at = 0;
  #line = 1;

  constructor(source: string) {
    this.#source = source;
  }

  run(): readonly Token[] {
    while (this.#at < this.#source.length) {
      const from = this.#at;
      this.#step();
      for (let i = from; i < this.#at; i++) if (this.#source[i] === '\n') this.#line++;
    }
    return this.#tokens;
  }

  #step(): void {
    if (this.#take(SPACE) || this.#take(COMMENT) || this.#take(NUMBER)) return;
    const word = this.#take(WORD);
    const string = word ? null : this.#take(STRING);
    if (word) this.#add('word', word[0]);
    else if (string) this.#add('string', string[1] ?? string[2] ?? '');
    else if (!BEFORE_PATTERN.has(this.#tokens.at(-1)?.text ?? ';') || !this.#take(REGEX))
      this.#mark(this.#source[this.#at++] as string);
  }

  #take(pattern: RegExp): RegExpExecArray | null {
    pattern.lastIndex = this.#at;
    const match = pattern.exec(this.#source);
    if (match) this.#at = pattern.lastIndex;
    return match;
  }

  #add(type: Token['type'], text: string): void {
    this.#tokens.push({ type, text, line: this.#line });
  }

  #mark(character: string): void {
    const depth = this.#braces.at(-1);
    if (character === '`') this.#template();
    else if (character === '}' && depth === 0) {
      this.#braces.pop();
      this.#template();
    } else {
      if (depth !== undefined && character === '{') this.#braces[this.#braces.length - 1] = depth + 1;
      if (depth !== undefined && character === '}') this.#braces[this.#braces.length - 1] = depth - 1;
      this.#add('mark', character);
    }
  }

  #template(): void {
    if (this.#take(TEMPLATE)?.[1] === '${') this.#braces.push(0);
  }
}
