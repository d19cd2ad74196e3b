import { PicketError } from '@picket/sdk/errors';

/** What ends an instance of a detector. */
export type DetectorFaultCode =
  | 'DETECTOR_LINK'
  | 'DETECTOR_ABI'
  | 'DETECTOR_BOUNDS'
  | 'DETECTOR_TEXT'
  | 'DETECTOR_FINDING'
  | 'DETECTOR_TRAP'
  | 'DETECTOR_STACK'
  | 'DETECTOR_FUEL'
  | 'DETECTOR_HOST'
  | 'DETECTOR_DEADLINE'
  | 'DETECTOR_MEMORY'
  | 'DETECTOR_SNAPSHOT'
  | 'DETECTOR_CAPABILITY'
  | 'DETECTOR_DEAD';

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
  | 'RULE_TEST_INVALID'
  | 'SIGMA_SYNTAX'
  | 'SIGMA_UNSUPPORTED'
  | 'RULES_REFUSED'
  | 'RULES_CONFLICT'
  | 'RULES_BUSY'
  | 'DETECTOR_MALFORMED'
  | 'DETECTOR_TOO_LARGE'
  | 'DETECTOR_FEATURE'
  | 'DETECTOR_IMPORT'
  | 'DETECTOR_EXPORT'
  | 'DETECTOR_INVALID'
  | 'DETECTOR_COMPONENT'
  | 'DETECTOR_WORLD'
  | 'DETECTOR_SOURCE_REFUSED'
  | 'DETECTOR_COMPILE_ERROR'
  | 'DETECTOR_COMPILE_TIMEOUT'
  | 'DETECTOR_COMPILE_MEMORY'
  | 'DETECTOR_COMPILER_ENDED'
  | DetectorFaultCode
  | 'DETECTOR_HOST_ENDED'
  | 'DETECTOR_NEIGHBOUR'
  | 'DETECTOR_CONFINEMENT'
  | 'DETECTOR_VALIDATOR_ENDED'
  | 'DETECTOR_MANIFEST'
  | 'DETECTOR_CONFIG'
  | 'DETECTOR_SIGNATURE'
  | 'DETECTOR_CONFLICT'
  | 'DETECTOR_UNPROVEN'
  | 'DETECTOR_BUSY'
  | 'DETECTOR_FOLDER'
  | 'DETECTOR_TEST_INVALID'
  | 'BEHAVIOUR_CONFLICT'
  | 'BEHAVIOUR_BUSY'
  | 'PROFILE_REFUSED'
  | 'BACKTEST_FAILED'
  | 'BACKTESTS_FULL'
  | 'CAPTURE_REFUSED'
  | 'CAPTURES_FULL'
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

export interface ErrorDetail {
  readonly path: string;
  readonly message: string;
}

/** Every error the control plane raises on purpose. */
export class ControlPlaneError extends PicketError {
  declare readonly code: ControlPlaneErrorCode;
  /** Every single thing that is wrong, where there are several: its place and what it is. */
  readonly details: readonly ErrorDetail[] | undefined;
  constructor(code: ControlPlaneErrorCode, message: string, options?: ErrorOptions & { details?: ErrorDetail[] }) {
    super(code, message, options);
    this.name = 'ControlPlaneError';
    this.details = options?.details;
  }
}
