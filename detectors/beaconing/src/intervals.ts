import { medianOf } from '@picket/detector';

/** Intervals that stand for this many missed beats at most are taken as several. */
const MOST_MISSED: u32 = 3;

/** Median of the intervals and of their deviations, where they are steady; else both 0. */
export class Steadiness {
  median: u32 = 0;
  deviation: u32 = 0;
  private readonly sorted: usize;

  /** @param most intervals */
  constructor(most: i32) {
    this.sorted = heap.alloc(<usize>most << 2);
  }

  /**
   * Whether u32 intervals at `values` are those of a clock. Half of them must lie within `jitter` of their median, and all but
   * an eighth within three times that: people and batches have a median too. An interval near two or three times the median is
   * one with beats that failed before they could be seen.
   */
  measure(values: usize, count: i32, jitter: f64): bool {
    memory.copy(this.sorted, values, <usize>count << 2);
    const median = medianOf(this.sorted, count);
    const wide = <f64>median * jitter * 3;
    let far = 0;
    for (let i = 0; i < count; i++) {
      const deviation = deviationOf(load<u32>(values + (<usize>i << 2)), median);
      if (<f64>deviation > wide) far++;
      store<u32>(this.sorted + (<usize>i << 2), deviation);
    }
    this.median = median;
    this.deviation = medianOf(this.sorted, count);
    return median > 0 && far * 8 <= count && <f64>this.deviation <= <f64>median * jitter;
  }
}

function deviationOf(interval: u32, median: u32): u32 {
  if (median == 0) return interval;
  const times = max<u32>(1, min<u32>(MOST_MISSED, (interval + (median >> 1)) / median));
  const expected = times * median;
  return (interval > expected ? interval - expected : expected - interval) / times;
}
