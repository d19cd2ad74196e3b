/** How much an instance may say and keep in one call of it. */
export interface InstanceLimits {
  /** Findings beyond are dropped and counted. */
  readonly findings: number;
  /** Log lines beyond are dropped and counted. */
  readonly logs: number;
  /** Proposals beyond are dropped and counted. */
  readonly proposals: number;
  /** Characters (code units of the guest) of one text; the rest is cut and counted. */
  readonly textUnits: number;
  /** Fields of a finding; those beyond are dropped and counted as cut. */
  readonly fields: number;
  /** Code units of a key of the state; longer ones are refused. */
  readonly stateKeyUnits: number;
  /** Bytes of one value of the state; longer ones are refused. */
  readonly stateValueBytes: number;
  /** Fuel of one call, for modules with fuel. */
  readonly fuel: bigint;
}

export const DEFAULT_INSTANCE_LIMITS: InstanceLimits = {
  findings: 256,
  logs: 64,
  proposals: 16,
  textUnits: 4096,
  fields: 32,
  stateKeyUnits: 256,
  stateValueBytes: 64 << 10,
  fuel: 2_000_000_000n,
};

/** What one call did. */
export interface CallCounts {
  findings: number;
  droppedFindings: number;
  logs: number;
  droppedLogs: number;
  proposals: number;
  droppedProposals: number;
  /** Texts and lists of fields that were cut. */
  cut: number;
  /** Values and keys of the state that were refused here or by the store. */
  refusedState: number;
}

export const noCounts = (): CallCounts => ({
  findings: 0,
  droppedFindings: 0,
  logs: 0,
  droppedLogs: 0,
  proposals: 0,
  droppedProposals: 0,
  cut: 0,
  refusedState: 0,
});
