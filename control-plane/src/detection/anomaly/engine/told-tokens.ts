/** How long a token that was told is no news, ms of event time. */
const KEEP_MS = 60 * 60_000;
/** Tokens of one container. */
const MOST = 512;

/** What was told to be new in one container: the same again is no news for an hour. */
export class ToldTokens {
  /** When each was told first, the oldest first. */
  readonly #tokens: Map<string, number>;

  constructor(saved: Iterable<readonly [string, number]> = []) {
    this.#tokens = new Map(saved);
  }

  /** Whether there is one of them that is news. @param at ms */
  *news(tokens: Iterable<string>, at: number): Generator<string> {
    for (const token of tokens) {
      const since = this.#tokens.get(token);
      if (since === undefined || Math.abs(at - since) > KEEP_MS) yield token;
    }
  }

  /** Those of the tokens that were told and are no news. */
  *again(tokens: Iterable<string>, at: number): Generator<string> {
    if (this.#tokens.size === 0) return;
    for (const token of tokens) {
      const since = this.#tokens.get(token);
      if (since !== undefined && Math.abs(at - since) <= KEEP_MS) yield token;
    }
  }

  add(tokens: Iterable<string>, at: number): void {
    for (const token of tokens) {
      this.#tokens.delete(token);
      this.#tokens.set(token, at);
    }
    for (const token of this.#tokens.keys()) {
      if (this.#tokens.size <= MOST) break;
      this.#tokens.delete(token);
    }
  }

  saved(): [string, number][] {
    return [...this.#tokens];
  }
}
