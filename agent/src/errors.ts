import { PicketError } from '@picket/sdk';

export type AgentErrorCode =
  | 'CONFIG_INVALID'
  | 'BUS_UNAVAILABLE'
  | 'BUS_REFUSED'
  | 'PROBE_LAYOUT_MISMATCH'
  | 'PROBE_MISSING'
  | 'PRIVILEGE_MISSING'
  | 'KERNEL_UNSUPPORTED'
  | 'CGROUP2_MISSING'
  | 'METADATA_INVALID'
  | 'METADATA_LATE'
  | 'SOURCE_UNAVAILABLE'
  | 'METRICS_UNAVAILABLE'
  | 'COMMAND_INVALID'
  | 'COMMAND_UNKNOWN';

/** Every error the agent raises on purpose. */
export class AgentError extends PicketError {
  declare readonly code: AgentErrorCode;
  constructor(code: AgentErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'AgentError';
  }
}
