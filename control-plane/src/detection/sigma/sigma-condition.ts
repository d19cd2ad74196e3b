import { type Expression, join, not } from './expression.ts';

/** What a condition asks of the search identifiers. */
interface Reader {
  /** @throws when there is none of that name */
  readonly one: (name: string) => Expression;
  /** Search identifiers whose names match; `them` is all of them. @throws when there are none */
  readonly matching: (pattern: string) => readonly Expression[];
  readonly fail: (message: string, unsupported?: boolean) => Error;
}

const MAX_DEPTH = 50;
const WORD = /[^\s()|]+|[()|]/g;

/** Reads a condition: `or` binds weakest, then `and`, then `not`; `1 of x*` and `all of x*` stand for several. */
export function readCondition(text: string, reader: Reader): Expression {
  return new ConditionReader(text.match(WORD) ?? [], reader).whole();
}

class ConditionReader {
  readonly #words: readonly string[];
  readonly #reader: Reader;
  #at = 0;

  constructor(words: readonly string[], reader: Reader) {
    this.#words = words;
    this.#reader = reader;
  }

  whole(): Expression {
    const expression = this.#or(0);
    const rest = this.#words[this.#at];
    if (rest === '|')
      throw this.#reader.fail('what stands behind "|" counts over several events: write a window by hand', true);
    if (rest !== undefined) throw this.#reader.fail(`expected "and", "or" or the end, found "${rest}"`);
    return expression;
  }

  #or(depth: number): Expression {
    const operands = [this.#and(depth)];
    while (this.#take('or')) operands.push(this.#and(depth));
    return join('or', operands);
  }

  #and(depth: number): Expression {
    const operands = [this.#not(depth)];
    while (this.#take('and')) operands.push(this.#not(depth));
    return join('and', operands);
  }

  #not(depth: number): Expression {
    if (depth > MAX_DEPTH) throw this.#reader.fail(`conditions may be nested ${MAX_DEPTH} deep at most`);
    if (this.#take('not')) return not(this.#not(depth + 1));
    if (!this.#take('(')) return this.#operand();
    const inner = this.#or(depth + 1);
    if (!this.#take(')')) throw this.#reader.fail(`expected ")", found "${this.#words[this.#at] ?? 'the end'}"`);
    return inner;
  }

  #operand(): Expression {
    const word = this.#words[this.#at++];
    if (word === undefined || [')', '|', 'and', 'or'].includes(word.toLowerCase()))
      throw this.#reader.fail(`expected a search identifier, found "${word ?? 'the end'}"`);
    if (this.#words[this.#at]?.toLowerCase() !== 'of') return this.#reader.one(word);
    this.#at++;
    const pattern = this.#words[this.#at++] ?? '';
    const quantity = word.toLowerCase();
    if (quantity !== 'all' && quantity !== '1' && quantity !== 'any')
      throw this.#reader.fail(`"${word} of" can not be said: only "1 of", "any of" and "all of" can`, true);
    return join(quantity === 'all' ? 'and' : 'or', this.#reader.matching(pattern));
  }

  #take(word: string): boolean {
    if (this.#words[this.#at]?.toLowerCase() !== word) return false;
    this.#at++;
    return true;
  }
}
