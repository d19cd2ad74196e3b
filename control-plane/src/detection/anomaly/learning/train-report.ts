/** A number of events and what can be said of their rate. */
export interface HeldOutRate {
  /** Alarms that windows of held-out containers would have raised. */
  readonly alarms: number;
  readonly containerDays: number;
  /** Alarms for each container and day, with the ends of the exact 95 % interval. */
  readonly perDay: number;
  readonly low: number;
  readonly high: number;
}

/** What an anchor says of newer material. */
export interface AnchorReport {
  /** False: it went too far from what was accepted first; an operator should look before it is used. */
  readonly holds: boolean;
  /** Share of the windows that the anchor finds strange, and the share up to which it is put up with. */
  readonly strange: number;
  readonly bound: number;
  /** What moved, in words, the farthest first. */
  readonly moved: readonly string[];
}

export interface PartReport {
  readonly part: string;
  /** Nothing to say for this workload. */
  readonly abstains: boolean;
  /** Share of the held-out alarms in which it was the strangest part. */
  readonly alarms: number;
}

/** How a model came about, as JSON. */
export interface TrainReport {
  readonly windows: number;
  readonly windows60: number;
  readonly runs: number;
  readonly completeRuns: number;
  /** Windows of 10 s that a container has in a day. */
  readonly windowsPerDay: number;
  readonly hours: number;
  readonly tokens: number;
  /** What was held out against what: containers, or stretches of time where there are too few of them. */
  readonly heldOutBy: 'run' | 'time';
  readonly folds: number;
  /** Share of the calibration that comes from priors. */
  readonly priorShare: number;
  readonly target: number;
  readonly heldOut: HeldOutRate;
  /** Scores from which on something is told. */
  readonly threshold: { readonly drift: number; readonly weak: number; readonly strong: number };
  readonly parts: readonly PartReport[];
  readonly anchor?: AnchorReport | undefined;
  /** Windows that were not learned from, by reason. */
  readonly refused: Readonly<Record<string, number>>;
  readonly quarantined: number;
  readonly released: number;
  readonly modelBytes: number;
  readonly profileBytes: number;
}
