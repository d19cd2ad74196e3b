import type { CountTable } from '../../features/feature-window.ts';
import { damped, MAX_PAIRS, type PairTable, roundNats } from './pair-table.ts';

/** System calls that there may be: what was never seen is one of them. */
const ALPHABET = 512;
/** Weights of pairs over all windows of training; a window of a busy loop weighs less than its calls. */
export class PairCounts {
  readonly #weights = new Map<number, number>();

  add({ size, keys, counts }: CountTable): void {
    for (let at = 0; at < size; at++) {
      const pair = keys[at] as number;
      this.#weights.set(pair, (this.#weights.get(pair) ?? 0) + damped(counts[at] as number));
    }
  }

  /** Undefined for no pairs. */
  table(): PairTable | undefined {
    if (this.#weights.size === 0) return undefined;
    const [previous, next] = [new Map<number, Follow>(), new Map<number, number>()];
    let total = 0;
    for (const [pair, weight] of this.#weights) {
      const held = previous.get(pair >>> 16) ?? { weight: 0, kinds: 0 };
      previous.set(pair >>> 16, { weight: held.weight + weight, kinds: held.kinds + 1 });
      next.set(pair & 0xffff, (next.get(pair & 0xffff) ?? 0) + weight);
      total += weight;
    }
    const alone = (weight: number) => (weight + next.size / ALPHABET) / (total + next.size);
    const chance = (pair: number, weight: number) => {
      const { weight: sum, kinds } = previous.get(pair >>> 16) ?? { weight: 0, kinds: 0 };
      return (weight + kinds * alone(next.get(pair & 0xffff) ?? 0)) / (sum + kinds);
    };
    const kept = [...this.#weights].sort((a, b) => b[1] - a[1] || a[0] - b[0]).slice(0, MAX_PAIRS);
    const pairs = kept
      .map(([pair, weight]) => [pair, -Math.log(chance(pair, weight)), weight] as const)
      .sort(ascending);
    const before = [...previous].map(
      ([call, { weight, kinds }]) => [call, Math.log((weight + kinds) / kinds)] as const,
    );
    const after = [...next].map(([call, weight]) => [call, -Math.log(alone(weight))] as const);
    return {
      ...{ pairs: keysOf(pairs), nats: valuesOf(pairs) },
      ...{ previous: keysOf(before.sort(ascending)), unseen: valuesOf(before) },
      ...{ next: keysOf(after.sort(ascending)), alone: valuesOf(after) },
      never: roundNats(-Math.log(alone(0))),
      mean: roundNats(pairs.reduce((sum, [, nats, weight]) => sum + nats * weight, 0) / total),
      dropped: this.#weights.size - kept.length,
    };
  }
}

interface Follow {
  readonly weight: number;
  /** Different calls that followed. */
  readonly kinds: number;
}

type Entry = readonly [key: number, value: number, ...rest: number[]];

const ascending = ([a]: Entry, [b]: Entry): number => a - b;
const keysOf = (entries: readonly Entry[]): Uint32Array => Uint32Array.from(entries, ([key]) => key);
const valuesOf = (entries: readonly Entry[]): Float32Array =>
  Float32Array.from(entries, ([, value]) => roundNats(value));
