import { EventCursor, HeaderFlag } from '@picket/sdk';
import type { Batch } from '../../../types.ts';
import type { NodeState } from '../../state/node-state.ts';
import type { LiveDetector } from '../live-detector.ts';
import { ContainerMasks } from './container-masks.ts';
import { PickedRecords } from './picked-records.ts';

/** Kinds are below it; the event table has room for as many. */
const KINDS = 128;

/** Which records some detectors see. */
export interface Selection {
  readonly kinds: readonly number[];
  readonly scope: readonly string[] | null;
  /** Whether one of them looks up processes. */
  readonly context: boolean;
}

/**
 * Which records go to whom, for all detectors of a program. Detectors that want the same kinds and see the same namespaces have
 * one selection. The walk over a batch makes no object per event; a batch without a wanted kind costs the walk alone.
 */
export class SelectionPlan {
  readonly selections: readonly Selection[];
  readonly #numbers = new Map<LiveDetector, number>();
  readonly #picked: readonly PickedRecords[];
  /** Words of a mask with a bit for each selection. */
  readonly #words: number;
  /** A mask for each kind. */
  readonly #byKind: Uint32Array;
  readonly #wanted = new Uint8Array(KINDS);
  readonly #masks: ContainerMasks;
  readonly #cursor = new EventCursor();

  constructor(detectors: readonly LiveDetector[]) {
    const selections: Selection[] = [];
    const numbers = new Map<string, number>();
    for (const detector of detectors) {
      const key = keyOf(detector);
      const number = numbers.get(key) ?? selections.length;
      numbers.set(key, number);
      this.#numbers.set(detector, number);
      const context = detector.capabilities.includes('context') || (selections[number]?.context ?? false);
      selections[number] = { kinds: detector.kinds, scope: detector.scope, context };
    }
    this.selections = selections;
    this.#picked = selections.map(() => new PickedRecords());
    this.#words = Math.ceil(selections.length / 32);
    this.#byKind = new Uint32Array(KINDS * this.#words);
    selections.forEach(({ kinds }, i) => {
      for (const kind of kinds) if (kind < KINDS) this.#want(kind, i);
    });
    this.#masks = new ContainerMasks(
      selections.map(({ scope }) => scope),
      this.#words,
    );
  }

  /** Number of the selection of a detector of this plan; -1 for others. */
  numberOf(detector: LiveDetector): number {
    return this.#numbers.get(detector) ?? -1;
  }

  /**
   * Finds the records of every selection.
   * @returns what was found by number of the selection, valid until the next call; undefined when nobody wants any of it
   */
  pick(batch: Batch, state: NodeState): readonly PickedRecords[] | undefined {
    if (this.selections.length === 0) return undefined;
    for (const picked of this.#picked) picked.clear();
    this.#masks.begin();
    const cursor = this.#cursor.open(batch.records);
    let found = false;
    while (cursor.next()) {
      const { kind } = cursor;
      // records of snapshots tell no news
      if (kind >= KINDS || this.#wanted[kind] === 0 || (cursor.flags & HeaderFlag.snapshot) !== 0) continue;
      found = this.#add(cursor, kind, this.#masks.of(cursor, state)) || found;
    }
    return found ? this.#picked : undefined;
  }

  #add(cursor: EventCursor, kind: number, mask: number): boolean {
    const { at, length, index } = cursor;
    let any = 0;
    for (let word = 0; word < this.#words; word++) {
      let bits = (this.#byKind[kind * this.#words + word] as number) & this.#masks.word(mask, word);
      any |= bits;
      while (bits !== 0) {
        const bit = 31 - Math.clz32(bits & -bits);
        bits &= bits - 1;
        this.#picked[word * 32 + bit]?.add(at, length, index);
      }
    }
    return any !== 0;
  }

  #want(kind: number, selection: number): void {
    const word = kind * this.#words + (selection >> 5);
    this.#byKind[word] = (this.#byKind[word] as number) | (1 << (selection & 31));
    this.#wanted[kind] = 1;
  }
}

const keyOf = ({ kinds, scope }: LiveDetector): string =>
  JSON.stringify([[...new Set(kinds)].sort((a, b) => a - b), scope && [...new Set(scope)].sort()]);
