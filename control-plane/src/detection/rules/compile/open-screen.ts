import { type EventCursor, FileOpen } from '@picket/sdk';
import type { EventContext } from '../fields/event-context.ts';
import { openAccess } from '../fields/open-access.ts';
import type { KindRule } from './kind-rule.ts';
import { PathInterner, type PathInternerOptions } from './path-interner.ts';

const NONE: readonly KindRule[] = [];
const MAX_LISTS = 65_535;
const UNKNOWN = 0;

/**
 * Decides most file.open events by path and access alone: for each pair it remembers which rules can still match, in all
 * but few cases none. Rules that survive are evaluated in full. See `possible` in decision.ts for why that is exact.
 */
export class OpenScreen {
  readonly #rules: readonly KindRule[];
  readonly #paths: PathInterner;
  /** Lists of survivors by verdict; verdict 0 means that the pair is new. */
  readonly #lists: (readonly KindRule[])[] = [NONE];
  readonly #listOf = new Map<string, number>();
  /** Numbers of the rules that each kind of access leaves possible. */
  readonly #byAccess: (readonly number[] | undefined)[] = [];
  #bytes: Uint8Array | undefined;
  #words: Uint32Array = new Uint32Array(0);
  readonly #unaligned = new Uint32Array(16_384);
  /** Pairs that had to be decided, because they were new or found no place. */
  decided = 0;

  constructor(rules: readonly KindRule[], options: PathInternerOptions) {
    this.#rules = rules;
    this.#paths = new PathInterner(options);
  }

  /** How often the memory of paths was full and was emptied. */
  get clears(): number {
    return this.#paths.clears;
  }

  /** The rules that may match the current record, which must be a file.open. */
  survivors(cursor: EventCursor, c: EventContext): readonly KindRule[] {
    const length = cursor.stringLength(FileOpen.path);
    const at = cursor.stringAt(FileOpen.path);
    const access = openAccess(cursor);
    if (cursor.bytes !== this.#bytes) this.#view(cursor.bytes);
    const aligned = (at & 3) === 0;
    const words = aligned ? this.#words : this.#align(cursor.bytes, at, length);
    const entry = this.#paths.find(words, aligned ? at >> 2 : 0, length, access);
    const verdict = entry < 0 ? UNKNOWN : (this.#paths.verdicts[entry] as number);
    if (verdict !== UNKNOWN) return this.#lists[verdict] ?? NONE;
    return this.#decide(entry, cursor, c);
  }

  #decide(entry: number, cursor: EventCursor, c: EventContext): readonly KindRule[] {
    this.decided++;
    c.beginRecord(cursor);
    const found = this.#candidates(c).filter((i) => this.#rules[i]?.possible(c));
    const key = found.join();
    const known = this.#listOf.get(key);
    const list = known === undefined ? found.map((i) => this.#rules[i] as KindRule) : (this.#lists[known] ?? NONE);
    if (entry >= 0) this.#remember(entry, key, list);
    return list;
  }

  /** Rules that the access alone does not rule out: a rule about writing need not look at the paths of reads. */
  #candidates(c: EventContext): readonly number[] {
    const known = this.#byAccess[c.access];
    if (known) return known;
    const found = [...this.#rules.keys()].filter((i) => this.#rules[i]?.possibleByAccess(c));
    this.#byAccess[c.access] = found;
    return found;
  }

  #remember(entry: number, key: string, list: readonly KindRule[]): void {
    let verdict = this.#listOf.get(key);
    if (verdict === undefined) {
      if (this.#lists.length >= MAX_LISTS) return;
      verdict = this.#lists.push(list) - 1;
      this.#listOf.set(key, verdict);
    }
    this.#paths.verdicts[entry] = verdict;
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
