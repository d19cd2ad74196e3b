import { PicketError } from '@picket/sdk';

export type ControlPlaneErrorCode =
  | 'CONFIG_INVALID'
  | 'PLAN_REFUSED'
  | 'PLAN_UNANSWERED'
  | 'BUS_UNAVAILABLE'
  | 'BUS_REFUSED'
  | 'BUS_CONFLICT'
  | 'STREAM_REPLACED'
  | 'HANDLER_FAILED'
  | 'ALERT_REFUSED'
  | 'ALERT_MALFORMED'
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
  | 'ORIGIN_REFUSED'
  | 'RATE_LIMITED'
  | 'NOT_FOUND'
  | 'METHOD_NOT_ALLOWED'
  | 'REQUEST_INVALID'
  | 'BODY_TOO_LARGE'
  | 'MEDIA_TYPE_UNSUPPORTED'
  | 'STREAMS_EXHAUSTED'
  | 'NOT_READY'
  | 'INTERNAL';

/** Every error the control plane raises on purpose. */
export class ControlPlaneError extends PicketError {
  declare readonly code: ControlPlaneErrorCode;
  constructor(code: ControlPlaneErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'ControlPlaneError';
  }
}
