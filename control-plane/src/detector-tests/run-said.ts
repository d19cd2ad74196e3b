/** A line that a detector logged. */
export interface RunLog {
  readonly level: 'debug' | 'info' | 'warning' | 'error';
  readonly message: string;
}

/** A containment that a detector proposed. */
export interface RunProposal {
  readonly action: string;
  readonly target: string;
  readonly reason: string;
}

export const LOG_LEVELS = ['debug', 'info', 'warning', 'error'] as const;
