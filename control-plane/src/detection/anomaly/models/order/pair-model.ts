import type { FeatureWindow } from '../../features/feature-window.ts';
import { callName } from '../../features/tokens/syscall-names.ts';
import type { ModelReader } from '../bytes/model-reader.ts';
import type { ModelWriter } from '../bytes/model-writer.ts';
import type { Contribution } from '../model.ts';
import { ModelError } from '../model-error.ts';
import { readPairs, writePairs } from './pair-bytes.ts';
import { PairCounts } from './pair-counts.ts';
import { damped, type PairTable } from './pair-table.ts';

/** How strange the order of system calls of a window is. */
export interface OrderScore {
  /** Mean surprise of a call after the one before it, nats; the root of the mean square counts a quarter. */
  readonly mean: number;
  /** Surprise of the strangest pairs. */
  readonly peak: number;
}

/** A window with few calls is taken as one with so many ordinary ones more. */
const ORDINARY_CALLS = 10;
const SQUARE_SHARE = 0.25;
const PEAK_SHARE = 0.25;

/**
 * How probable each system call is after the one before it in its thread: an order-2 model smoothed by Witten and Bell (1991,
 * method C), which gives what was never seen the share that new things had of old ones.
 */
export class PairModel {
  #counts: PairCounts | undefined = new PairCounts();
  #table: PairTable | undefined;

  observe(window: FeatureWindow): void {
    if (!this.#counts) throw new ModelError('MODEL_UNREADY', 'this model has been fitted: begin a new one to learn');
    this.#counts.add(window.bigrams);
  }

  fit(): void {
    if (!this.#counts) return;
    this.#table = this.#counts.table();
    this.#counts = undefined;
  }

  get dropped(): number {
    return this.#table?.dropped ?? 0;
  }

  /** NaN for a window without pairs, or where training had none. */
  score(window: FeatureWindow): OrderScore {
    const table = this.#table;
    if (!table || window.bigrams.size === 0) return { mean: Number.NaN, peak: Number.NaN };
    let [weights, sum, squares, first, further] = [ORDINARY_CALLS, 0, 0, 0, 0];
    this.#each(table, window, (nats, count) => {
      const weight = damped(count);
      weights += weight;
      sum += weight * nats;
      squares += weight * nats * nats;
      if (nats > first) {
        further = Math.max(further, first);
        first = nats;
      } else if (nats > further) further = nats;
    });
    sum += ORDINARY_CALLS * table.mean;
    squares += ORDINARY_CALLS * table.mean * table.mean;
    return { mean: sum / weights + SQUARE_SHARE * Math.sqrt(squares / weights), peak: first + PEAK_SHARE * further };
  }

  explain(window: FeatureWindow, most: number): Contribution[] {
    const table = this.#table;
    if (!table || window.bigrams.size === 0) return [];
    const found: Contribution[] = [];
    this.#each(table, window, (nats, count, pair, isNew) => {
      if (nats < 6) return;
      found.push({
        feature: `sequence ${callName(pair >>> 16)} -> ${callName(pair & 0xffff)}`,
        observed: `${Math.round(count)} in ${window.seconds} s`,
        usual: isNew ? 'never seen' : `once in ${Math.round(Math.exp(nats))} calls after ${callName(pair >>> 16)}`,
        weight: isNew ? nats / 2 : nats / 4,
      });
    });
    return found.sort((a, b) => b.weight - a.weight).slice(0, most);
  }

  /** Walks both ascending lists side by side. */
  #each(
    table: PairTable,
    { bigrams }: FeatureWindow,
    tell: (nats: number, count: number, pair: number, isNew: boolean) => void,
  ): void {
    const { pairs, nats } = table;
    for (let theirs = 0, mine = 0; theirs < bigrams.size; theirs++) {
      const pair = bigrams.keys[theirs] as number;
      while (mine < pairs.length && (pairs[mine] as number) < pair) mine++;
      const isKnown = mine < pairs.length && pairs[mine] === pair;
      tell(
        isKnown ? (nats[mine] as number) : unseenNats(table, pair),
        bigrams.counts[theirs] as number,
        pair,
        !isKnown,
      );
    }
  }

  write(out: ModelWriter): void {
    if (this.#counts) throw new ModelError('MODEL_UNREADY', 'this model has not been fitted: call fit() before save()');
    out.byte(this.#table ? 1 : 0);
    if (this.#table) writePairs(this.#table, out);
  }

  /** @throws ModelError */
  static read(input: ModelReader): PairModel {
    const model = new PairModel();
    model.#counts = undefined;
    if (input.byte() === 1) model.#table = readPairs(input);
    return model;
  }
}

function unseenNats({ previous, unseen, next, alone, never }: PairTable, pair: number): number {
  const before = find(previous, pair >>> 16);
  const after = find(next, pair & 0xffff);
  return (before < 0 ? 0 : (unseen[before] as number)) + (after < 0 ? never : (alone[after] as number));
}

/** Place in an ascending list, -1 for none. */
function find(list: Uint32Array, value: number): number {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle] as number) < value) low = middle + 1;
    else high = middle;
  }
  return list[low] === value ? low : -1;
}
