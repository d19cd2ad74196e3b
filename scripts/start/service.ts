/** How a part ended. */
export interface Ending {
  /** As a person reads it: "code 1", "signal SIGKILL". */
  readonly how: string;
  /** Its last words; empty when they were shown already. */
  readonly said: string;
}

/** One run of a part. */
export interface Run {
  readonly ended: Promise<Ending>;
  /** Ends it in order, by force when that is not enough. */
  stop(): Promise<void>;
}

/** What is kept running: `launch` answers once it runs. */
export interface Part {
  readonly name: string;
  launch(): Promise<Run>;
}

/** Waits; ends early when the signal says so. */
export type Wait = (ms: number, signal: AbortSignal) => Promise<void>;
