/** Distinct tokens of a window of one second. */
export const MOST_TOKENS = 512;
/** Of paths and names fewer: a flood of them keeps nothing else out. */
const MOST_OF_MANY = 416;
/** Of all but system calls, of which there are only so many. */
const MOST_OF_FEW = 464;

/** Characters of all tokens of a window of one second: ordinary ones have some 40 each, those of a flood as many as may be. */
const MOST_TEXT = 32 * 1024;

const CALLS = code('s');
const MANY: ReadonlySet<number> = new Set([...'rwmd'].map(code));
const PROGRAM = code('x');

let ids = 0;

/** A token and where it was counted last: whoever counts it again and again keeps one of these. */
export interface TokenMark {
  readonly token: string;
  /** Of the counts, and the place of the token in them. */
  owner: number;
  place: number;
}

/** How often each token came, in the order in which they first came. */
export class TokenCounts {
  /** No other counts have it. */
  readonly #id = ++ids;
  readonly #places = new Map<string, number>();
  readonly #share: number;
  readonly #counts: number[] = [];
  #text = 0;

  /** @param share how many times more it keeps than a window of one second */
  constructor(share = 1) {
    this.#share = share;
  }

  get size(): number {
    return this.#places.size;
  }

  /** @returns false when there was no room for another token */
  add(token: string, count: number): boolean {
    const place = this.#places.get(token) ?? this.#placeFor(token);
    if (place < 0) return false;
    this.#counts[place] = (this.#counts[place] as number) + count;
    return true;
  }

  /** As `add`, cheaper where the same mark comes again. */
  addMarked(mark: TokenMark, count: number): boolean {
    if (mark.owner !== this.#id) {
      const place = this.#places.get(mark.token) ?? this.#placeFor(mark.token);
      if (place < 0) return false;
      mark.owner = this.#id;
      mark.place = place;
    }
    this.#counts[mark.place] = (this.#counts[mark.place] as number) + count;
    return true;
  }

  /** The counts by token. */
  toMap(): Map<string, number> {
    const map = new Map<string, number>();
    let place = 0;
    for (const token of this.#places.keys()) map.set(token, this.#counts[place++] as number);
    return map;
  }

  *[Symbol.iterator](): Generator<readonly [string, number]> {
    let place = 0;
    for (const token of this.#places.keys()) yield [token, this.#counts[place++] as number];
  }

  some(is: (token: string) => boolean): boolean {
    for (const token of this.#places.keys()) if (is(token)) return true;
    return false;
  }

  /** Different programs run. */
  programs(): number {
    let programs = 0;
    for (const token of this.#places.keys()) if (token.charCodeAt(0) === PROGRAM) programs++;
    return programs;
  }

  #placeFor(token: string): number {
    const place = this.#places.size;
    const most = mostOf(token.charCodeAt(0)) * this.#share;
    const text = this.#text + token.length;
    if (place >= most || text > (most / MOST_TOKENS) * MOST_TEXT) return -1;
    this.#text = text;
    this.#places.set(token, place);
    this.#counts.push(0);
    return place;
  }
}

function mostOf(kind: number): number {
  if (kind === CALLS) return MOST_TOKENS;
  return MANY.has(kind) ? MOST_OF_MANY : MOST_OF_FEW;
}

function code(letter: string): number {
  return letter.charCodeAt(0);
}
