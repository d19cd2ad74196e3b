import { PicketError } from '@picket/sdk';

export type ControlPlaneErrorCode =
  | 'CONFIG_INVALID'
  | 'BUS_UNAVAILABLE'
  | 'BUS_REFUSED'
  | 'LEASE_LOST'
  | 'CHECKPOINT_CORRUPT'
  | 'RULE_SYNTAX'
  | 'RULE_FIELD_UNKNOWN'
  | 'RULE_FIELD_UNANSWERED'
  | 'RULE_INVALID'
  | 'STORE_UNAVAILABLE'
  | 'STORE_MIGRATION'
  | 'AUTH_MISSING'
  | 'AUTH_INVALID'
  | 'AUTH_EXPIRED'
  | 'AUTH_FORBIDDEN'
  | 'NOT_FOUND'
  | 'REQUEST_INVALID';

/** Every error the control plane raises on purpose. */
export class ControlPlaneError extends PicketError {
  declare readonly code: ControlPlaneErrorCode;
  constructor(code: ControlPlaneErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'ControlPlaneError';
  }
}
