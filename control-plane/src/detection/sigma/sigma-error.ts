import { ControlPlaneError } from '../../errors.ts';

/** A place in a Sigma file; line and column count from 1. */
export interface SigmaPosition {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

/** SIGMA_SYNTAX: it is no Sigma rule. SIGMA_UNSUPPORTED: it is one, but asks for what can not be said here. */
export type SigmaErrorCode = 'SIGMA_SYNTAX' | 'SIGMA_UNSUPPORTED';

/** Why a Sigma rule was not converted, at the place that is in the way. */
export class SigmaError extends ControlPlaneError {
  declare readonly code: SigmaErrorCode;
  readonly position: SigmaPosition;

  constructor(code: SigmaErrorCode, message: string, position: SigmaPosition) {
    super(code, message);
    this.name = 'SigmaError';
    this.position = position;
  }
}
