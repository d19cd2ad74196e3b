import { type EventCursor, FileOpen } from '@picket/sdk';
import type { EventContext } from '../fields/event-context.ts';
import { openAccess } from '../fields/open-access.ts';
import type { KindRule } from './kind-rule.ts';
import { PathDecider } from './path-decider.ts';
import { PathInterner, type PathInternerOptions } from './path-interner.ts';
import { isEmpty } from './rule-bits.ts';

const MAX_LISTS = 65_535;
const UNKNOWN = 0;

/**
 * Decides most file.open events by path and access alone: for each pair it remembers which rules can still match, in all
 * but few cases none. Rules that survive are evaluated in full. See `possible` in decision.ts for why that is exact.
 */
export class OpenScreen {
  readonly #decider: PathDecider;
  readonly #paths: PathInterner;
  /** Survivors by verdict, undefined for none; verdict 0 means that the pair is new. */
  readonly #lists: (Uint32Array | undefined)[] = [undefined];
  readonly #listOf = new Map<string, number>();
  #bytes: Uint8Array | undefined;
  #words: Uint32Array = new Uint32Array(0);
  readonly #unaligned = new Uint32Array(16_384);
  /** Pairs that had to be decided, because they were new or found no place. */
  decided = 0;

  constructor(rules: readonly KindRule[], options: PathInternerOptions) {
    this.#decider = new PathDecider(rules);
    this.#paths = new PathInterner(options);
  }

  /** How often the memory of paths was full and was emptied. */
  get clears(): number {
    return this.#paths.clears;
  }

  /** The rules that may match the current record, which must be a file.open, by their bits; undefined for none. */
  survivors(cursor: EventCursor, c: EventContext): Uint32Array | undefined {
    const length = cursor.stringLength(FileOpen.path);
    const at = cursor.stringAt(FileOpen.path);
    const access = openAccess(cursor);
    if (cursor.bytes !== this.#bytes) this.#view(cursor.bytes);
    const aligned = (at & 3) === 0;
    const words = aligned ? this.#words : this.#align(cursor.bytes, at, length);
    const entry = this.#paths.find(words, aligned ? at >> 2 : 0, length, access);
    const verdict = entry < 0 ? UNKNOWN : this.#paths.verdict(entry);
    if (verdict !== UNKNOWN) return this.#lists[verdict];
    return this.#decide(entry, cursor, c);
  }

  #decide(entry: number, cursor: EventCursor, c: EventContext): Uint32Array | undefined {
    this.decided++;
    c.beginRecord(cursor);
    const found = this.#decider.decide(c);
    const key = found.join();
    const known = this.#listOf.get(key);
    const list = known === undefined ? (isEmpty(found) ? undefined : found.slice()) : this.#lists[known];
    if (entry >= 0) this.#remember(entry, key, list);
    return list;
  }

  #remember(entry: number, key: string, list: Uint32Array | undefined): void {
    let verdict = this.#listOf.get(key);
    if (verdict === undefined) {
      if (this.#lists.length >= MAX_LISTS) return;
      verdict = this.#lists.push(list) - 1;
      this.#listOf.set(key, verdict);
    }
    this.#paths.setVerdict(entry, verdict);
  }

  #view(bytes: Uint8Array): void {
    this.#bytes = bytes;
    this.#words = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >> 2);
  }

  /** Records written by the kernel begin their path on a word; others may not. */
  #align(bytes: Uint8Array, at: number, length: number): Uint32Array {
    new Uint8Array(this.#unaligned.buffer).set(bytes.subarray(at, at + length));
    return this.#unaligned;
  }
}
