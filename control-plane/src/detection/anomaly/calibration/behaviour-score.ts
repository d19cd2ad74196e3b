/** How strange a window is. */
export interface BehaviourScore {
  /** -log10 of the chance that an ordinary window of a held-out container scores so high; 0 when all parts abstain. */
  readonly value: number;
  /** The same for each part alone, by index of PARTS; NaN abstains. */
  readonly parts: Float64Array;
  /** No part had anything to say: nothing ever varied in training. The profile alone watches. */
  readonly abstains: boolean;
}
