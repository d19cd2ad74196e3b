import type { Needle } from './needles.ts';

const [START, END] = ['\u0001', '\u0002'];
/** Classes of characters besides those of the needles: all others. */
const OTHER = 0;
const ASCII = 128;
/** Cells of the table of steps; more needles than fit are taken to be in every text. */
const MAX_CELLS = 4_000_000;

/**
 * Tells by one walk over a text which owners have a needle in it, however many needles there are: the automaton of Aho and
 * Corasick (Efficient string matching, 1975) with its steps in one table. May name owners that have none, but leaves out
 * none that has one. Whole texts are looked up.
 */
export class TextIndex {
  /** Owners by whole text. */
  readonly #whole = new Map<string, number[]>();
  readonly #classes = new Uint8Array(ASCII);
  #classCount = 1;
  /** Next state, by state and class. */
  readonly #steps: Int32Array;
  /** Owners that are found by coming to a state, by the number of the state. */
  readonly #found: (readonly number[] | undefined)[];
  readonly #begin: number;
  readonly #end: number;
  readonly #hasPieces: boolean;
  /** Owners that any text may be of. */
  readonly always: readonly number[];

  /** @param wanted needles by owner; undefined for an owner that any text may be of */
  constructor(wanted: ReadonlyMap<number, readonly Needle[] | undefined>) {
    const pieces: { text: string; owner: number }[] = [];
    const always = new Set<number>();
    for (const [owner, needles] of wanted) {
      if (needles === undefined) always.add(owner);
      for (const { at, text } of needles ?? []) {
        const piece = at === 'whole' ? undefined : asciiPart(at, text);
        if (at === 'whole') push(this.#whole, text, owner);
        else if (piece) pieces.push({ text: piece, owner });
        else always.add(owner);
      }
    }
    for (const { text } of pieces) for (const char of text) this.#classOf(char);
    const width = this.#classCount;
    const cells = pieces.reduce((sum, { text }) => sum + text.length * width, width);
    if (cells > MAX_CELLS) for (const { owner } of pieces.splice(0)) always.add(owner);
    const trie = makeTrie(pieces, this.#classes, width);
    this.#steps = trie.steps;
    this.#found = trie.found;
    this.#hasPieces = pieces.length > 0;
    this.#begin = this.#steps[this.#classes[START.charCodeAt(0)] as number] as number;
    this.#end = this.#classes[END.charCodeAt(0)] as number;
    this.always = [...always];
  }

  /** Sets the bit of every owner that may have a needle in the text. */
  mark(text: string, bits: Uint32Array): void {
    for (const owner of this.always) set(bits, owner);
    const whole = this.#whole.size > 0 ? this.#whole.get(text) : undefined;
    if (whole) for (const owner of whole) set(bits, owner);
    if (this.#hasPieces) this.#walk(text, bits);
  }

  #walk(text: string, bits: Uint32Array): void {
    const width = this.#classCount;
    let state = this.#begin;
    for (let i = 0; i < text.length; i++) {
      const code = text.charCodeAt(i);
      state = this.#steps[state * width + (code < ASCII ? (this.#classes[code] as number) : OTHER)] as number;
      const found = state === 0 ? undefined : this.#found[state];
      if (found !== undefined) for (const owner of found) set(bits, owner);
    }
    state = this.#steps[state * width + this.#end] as number;
    const found = this.#found[state];
    if (found !== undefined) for (const owner of found) set(bits, owner);
  }

  #classOf(char: string): void {
    const code = char.charCodeAt(0);
    if (this.#classes[code] === OTHER) this.#classes[code] = this.#classCount++;
  }
}

const set = (bits: Uint32Array, bit: number): void => {
  bits[bit >> 5] = (bits[bit >> 5] as number) | (1 << (bit & 31));
};

function push<K>(map: Map<K, number[]>, key: K, owner: number): void {
  const owners = map.get(key);
  if (!owners) map.set(key, [owner]);
  else if (!owners.includes(owner)) owners.push(owner);
}

/** The part of a needle that is looked for, with what stands for the ends of a text; the table knows ASCII alone. */
function asciiPart(at: 'start' | 'end' | 'any', text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: all of ASCII is meant
  const runs = text.split(/[^\x00-\x7f]+/);
  if (at === 'start') return runs[0] ? START + runs[0] : '';
  if (at === 'end') return runs.at(-1) ? runs.at(-1) + END : '';
  return runs.reduce((best, run) => (run.length > best.length ? run : best), '');
}

interface Trie {
  readonly steps: Int32Array;
  readonly found: (readonly number[] | undefined)[];
}

function makeTrie(pieces: readonly { text: string; owner: number }[], classes: Uint8Array, width: number): Trie {
  const steps = new Int32Array(pieces.reduce((sum, { text }) => sum + text.length * width, width));
  const found: (Set<number> | undefined)[] = [undefined];
  for (const { text, owner } of pieces) {
    let state = 0;
    for (const char of text) {
      const cell = state * width + (classes[char.charCodeAt(0)] as number);
      if (steps[cell] === 0) steps[cell] = found.push(undefined) - 1;
      state = steps[cell] as number;
    }
    found[state] = (found[state] ?? new Set<number>()).add(owner);
  }
  addFallbacks(steps, found, width);
  return { steps, found: found.map((owners) => owners && [...owners]) };
}

/** Where no needle goes on, the longest end of what was read that begins another one counts; breadth first. */
function addFallbacks(steps: Int32Array, found: (Set<number> | undefined)[], width: number): void {
  const fallback = new Int32Array(found.length);
  const queue = [...steps.subarray(0, width)].filter((state) => state !== 0);
  for (let head = 0; head < queue.length; head++) {
    const state = queue[head] as number;
    const back = fallback[state] as number;
    const inherited = found[back];
    if (inherited) found[state] = new Set([...(found[state] ?? []), ...inherited]);
    for (let kind = 0; kind < width; kind++) {
      const next = steps[state * width + kind] as number;
      const other = steps[back * width + kind] as number;
      if (next === 0) steps[state * width + kind] = other;
      else {
        fallback[next] = other;
        queue.push(next);
      }
    }
  }
}
