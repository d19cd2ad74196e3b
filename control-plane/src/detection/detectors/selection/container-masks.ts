import type { EventCursor } from '@picket/sdk';
import type { NodeState } from '../../state/node-state.ts';
import { SeenSlots } from './seen-slots.ts';

const SLOTS = 65_536;

/**
 * Which selections may see the records of a container: those of its namespace, and those that see everything. A record that
 * is in no container, or in one whose namespace is not known, is seen by the latter alone.
 */
export class ContainerMasks {
  readonly #words: number;
  /** The masks, one behind the other; the first is that of selections that see everything. */
  readonly #masks: Uint32Array;
  readonly #byNamespace = new Map<string, number>();
  readonly #slots = new SeenSlots();
  /** Mask of a slot that was seen in the batch. */
  readonly #found = new Uint32Array(SLOTS);

  /** @param words of a mask */
  constructor(scopes: readonly (readonly string[] | null)[], words: number) {
    this.#words = words;
    const namespaces = new Set(scopes.flatMap((scope) => scope ?? []));
    namespaces.delete('');
    this.#masks = new Uint32Array((namespaces.size + 1) * words);
    for (const namespace of namespaces) this.#byNamespace.set(namespace, this.#byNamespace.size + 1);
    scopes.forEach((scope, selection) => {
      for (const mask of scope ? this.#numbersOf(scope) : [0, ...this.#byNamespace.values()])
        this.#set(mask, selection);
    });
  }

  /** Before a batch: containers may have become others. */
  begin(): void {
    this.#slots.begin();
  }

  /** Number of the mask for the current record. */
  of(cursor: EventCursor, state: NodeState): number {
    if (this.#byNamespace.size === 0) return 0;
    const { slot, generation } = cursor;
    if (slot === 0) return this.#look(cursor, state);
    if (!this.#slots.isNew(slot, generation)) return this.#found[slot] as number;
    const mask = this.#look(cursor, state);
    this.#found[slot] = mask;
    return mask;
  }

  word(mask: number, word: number): number {
    return this.#masks[mask * this.#words + word] as number;
  }

  #look(cursor: EventCursor, state: NodeState): number {
    return this.#byNamespace.get(state.containerOf(cursor)?.podNamespace ?? '') ?? 0;
  }

  #numbersOf(scope: readonly string[]): number[] {
    return scope.flatMap((namespace) => this.#byNamespace.get(namespace) ?? []);
  }

  #set(mask: number, selection: number): void {
    const word = mask * this.#words + (selection >> 5);
    this.#masks[word] = (this.#masks[word] as number) | (1 << (selection & 31));
  }
}
