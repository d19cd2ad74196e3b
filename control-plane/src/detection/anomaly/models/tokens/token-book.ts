/** Most tokens that a model knows, and bytes of their text. */
export const MAX_TOKENS = 3000;
export const MAX_TEXT = 64 * 1024;

/** Tokens of training windows: each one once, by number. */
export class TokenBook {
  readonly #numbers = new Map<string, number>();
  readonly texts: string[] = [];

  of(token: string): number | undefined {
    return this.#numbers.get(token);
  }

  add(token: string): number {
    const known = this.#numbers.get(token);
    if (known !== undefined) return known;
    const number = this.texts.length;
    this.#numbers.set(token, number);
    this.texts.push(token);
    return number;
  }
}

/** The letter before the colon. */
export const classOf = (token: string): string => (token.charCodeAt(1) === 0x3a ? token.charAt(0) : '?');
