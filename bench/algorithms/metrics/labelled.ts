/** A score with its truth. Higher scores are stranger. */
export interface Labelled {
  readonly score: number;
  readonly attack: boolean;
  /** What belongs together when drawing again, as all windows of a container. */
  readonly run: string;
}

/**
 * Labels by falling score, those of equal score in one step: steps are where a threshold can be. A score that is not a
 * number says nothing and counts as the lowest.
 */
export interface Ranking {
  /** Which of the given labels, in falling order. */
  readonly order: Uint32Array;
  /** For each step the place behind its last label. */
  readonly ends: Uint32Array;
  readonly labels: readonly Labelled[];
}

export function rank(labels: readonly Labelled[]): Ranking {
  const value = (at: number) => {
    const score = labels[at]?.score ?? Number.NaN;
    return Number.isNaN(score) ? -Infinity : score;
  };
  const order = Uint32Array.from(labels.keys()).sort((a, b) => {
    const [x, y] = [value(a), value(b)];
    return x === y ? a - b : y > x ? 1 : -1;
  });
  const ends: number[] = [];
  for (let at = 0; at < order.length; at++) {
    const last = at + 1 === order.length || value(order[at] ?? 0) !== value(order[at + 1] ?? 0);
    if (last) ends.push(at + 1);
  }
  return { order, ends: Uint32Array.from(ends), labels };
}
