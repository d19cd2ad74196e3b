import { PicketError } from '@picket/sdk';

export type CliErrorCode =
  | 'USAGE'
  | 'NOT_RUNNING'
  | 'FILE_UNREADABLE'
  | 'FILE_EXISTS'
  | 'FILE_UNWRITABLE'
  | 'RULE_UNKNOWN'
  | 'WORKLOAD_UNKNOWN'
  | 'EVENT_UNKNOWN'
  | 'TESTS_MISSING'
  | 'KEY_INVALID'
  | 'LOGIN_INVALID'
  | 'TOKEN_MISSING'
  | 'BUS_UNAVAILABLE'
  | 'BUS_REFUSED';

/** Every error the command raises on purpose. USAGE ends it with exit code 2, the others with 1. */
export class CliError extends PicketError {
  declare readonly code: CliErrorCode;
  constructor(code: CliErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'CliError';
  }
}
