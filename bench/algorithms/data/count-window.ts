import {
  type CountTable,
  EMPTY_TABLE,
  type FeatureWindow,
  type WindowSeconds,
} from '../../../control-plane/src/detection/anomaly/features/feature-window.ts';
import { SCALARS, Scalar } from '../../../control-plane/src/detection/anomaly/features/scalars.ts';

/** A window that knows of nothing but system calls. */
export function countWindow(
  syscalls: ReadonlyMap<number, number>,
  {
    bigrams,
    seconds = 10,
    from = 0,
  }: { bigrams?: ReadonlyMap<number, number>; seconds?: WindowSeconds; from?: number } = {},
): FeatureWindow {
  const scalars = new Float64Array(SCALARS.length);
  scalars[Scalar.syscalls] = [...syscalls.values()].reduce((sum, count) => sum + count, 0);
  scalars[Scalar.syscalls_distinct] = syscalls.size;
  scalars[Scalar.bigrams_distinct] = bigrams?.size ?? 0;
  return {
    seconds,
    from,
    to: from + seconds * 1000,
    scalars,
    syscalls: tableOf(syscalls),
    bigrams: bigrams ? tableOf(bigrams) : EMPTY_TABLE,
    tokens: new Map(),
    flags: 0,
    first: undefined,
    last: undefined,
  };
}

/** The window of a whole trace. */
export function traceWindow(sequence: Uint16Array): FeatureWindow {
  const calls = new Map<number, number>();
  const pairs = new Map<number, number>();
  sequence.forEach((call, at) => {
    calls.set(call, (calls.get(call) ?? 0) + 1);
    if (at === 0) return;
    const pair = (((sequence[at - 1] ?? 0) << 16) | call) >>> 0;
    pairs.set(pair, (pairs.get(pair) ?? 0) + 1);
  });
  return countWindow(calls, { bigrams: pairs });
}

export function tableOf(counts: ReadonlyMap<number, number>): CountTable {
  const keys = Uint32Array.from(counts.keys()).sort();
  return { size: keys.length, keys, counts: Float64Array.from(keys, (key) => counts.get(key) ?? 0) };
}
