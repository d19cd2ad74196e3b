import type { EventCursor } from '@picket/sdk';
import { PathInterner } from '../../../rules/compile/path-interner.ts';
import { hashBytes } from '../counts/hash.ts';
import type { TokenMark } from '../counts/token-counts.ts';

/** Texts remembered, and their bytes; when they are full, all are forgotten. */
const MOST = 16_384;
const MOST_BYTES = 2 << 20;
/** Any number will do: nothing depends on it but where texts lie in the table. */
const SEED = 0x5bd1e995;
const LONGEST = 4096;

/** What was worked out of a text, for one use of it. */
export interface TextFacts extends TokenMark {
  /** 32 bits of the bytes, the same at all times and places. */
  readonly hash: number;
  /** Bits of entropy of the last component. */
  readonly entropy: number;
}

/** Works out the facts of a text that is not known. `use` is a number below 64. */
export type FactsOf = (text: string, use: number) => Pick<TextFacts, 'token' | 'entropy'>;

/** Remembers what became of the bytes of a text, so that the same text is neither decoded nor looked at twice. */
export class TextMemo {
  readonly #factsOf: FactsOf;
  readonly #table = new PathInterner({ maxEntries: MOST, maxBytes: MOST_BYTES, seed: SEED });
  #facts: TextFacts[] = [];
  #clears = 0;
  #bytes: Uint8Array | undefined;
  #words: Uint32Array = new Uint32Array(0);
  readonly #aligned = new Uint32Array(LONGEST >> 2);
  readonly #alignedBytes = new Uint8Array(this.#aligned.buffer);

  constructor(factsOf: FactsOf) {
    this.#factsOf = factsOf;
  }

  /** The facts of a string field of the current record. */
  get(cursor: EventCursor, field: number, use: number): TextFacts {
    const at = cursor.stringAt(field);
    const length = Math.min(cursor.stringLength(field), LONGEST);
    if (this.#bytes !== cursor.bytes) this.#take(cursor.bytes);
    const isAligned = (at & 3) === 0 && at + length + 3 < this.#words.byteLength;
    const words = isAligned ? this.#words : this.#align(cursor.bytes, at, length);
    const from = isAligned ? at >> 2 : 0;
    const entry = this.#table.find(words, from, length, use);
    if (this.#table.clears !== this.#clears) this.#forget();
    if (entry < 0) return this.#work(cursor, field, use, words, from, length);
    const known = this.#facts[entry];
    if (known) return known;
    const fresh = this.#work(cursor, field, use, words, from, length);
    this.#facts[entry] = fresh;
    return fresh;
  }

  #take(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  }

  #align(bytes: Uint8Array, at: number, length: number): Uint32Array {
    this.#alignedBytes.set(bytes.subarray(at, at + length));
    return this.#aligned;
  }

  #forget(): void {
    this.#clears = this.#table.clears;
    this.#facts = [];
  }

  #work(cursor: EventCursor, field: number, use: number, words: Uint32Array, from: number, length: number): TextFacts {
    const { token, entropy } = this.#factsOf(cursor.string(field), use);
    return { token, entropy, hash: hashWords(words, from, length), owner: 0, place: 0 };
  }
}

/** A hash of `length` bytes from the word `from` on. */
function hashWords(words: Uint32Array, from: number, length: number): number {
  const bytes = new Uint8Array(words.buffer, words.byteOffset + from * 4, length);
  return hashBytes(bytes, 0, length);
}
