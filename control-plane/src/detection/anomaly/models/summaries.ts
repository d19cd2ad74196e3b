import type { OrderScore } from './order/pair-model.ts';
import type { Deviations } from './threshold-model.ts';
import type { TokenScore } from './tokens/token-model.ts';

/** What the other parts say of a window. */
export interface PartScores {
  readonly amounts: Deviations;
  readonly tokens: TokenScore;
  readonly calls: number;
  readonly order: OrderScore;
}

/** Number of what `summarise` writes. */
export const SUMMARIES = 11;

/** What a window says to the forest: scores that vary from window to window, also of what never varied in training. */
export function summarise(row: Float32Array, { amounts, tokens, calls, order }: PartScores): Float32Array {
  row[0] = Math.log1p(amounts.largest);
  row[1] = Math.log1p(amounts.further);
  row[2] = amounts.above3;
  row[3] = tokens.all;
  row[4] = tokens.programs;
  row[5] = tokens.files;
  row[6] = tokens.network;
  row[7] = tokens.newClasses;
  row[8] = calls;
  row[9] = order.mean;
  row[10] = order.peak;
  return row;
}
