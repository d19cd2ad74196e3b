import { PicketError } from '@picket/sdk';

export type ScriptErrorCode =
  | 'USAGE'
  | 'CONFIG_INVALID'
  | 'COMMAND_FAILED'
  | 'PACKAGES_MISSING'
  | 'PACKAGES_INSTALL_FAILED'
  | 'BTF_MISSING'
  | 'PRIVILEGE_MISSING'
  | 'TRACEFS_MISSING'
  | 'CGROUP2_MISSING'
  | 'KERNEL_UNFIT'
  | 'BUILD_FAILED'
  | 'ALREADY_RUNNING'
  | 'NOT_RUNNING'
  | 'SERVICE_FAILED'
  | 'DEMO_FAILED';

/** Every error the commands raise on purpose: what is wrong and what to do. */
export class ScriptError extends PicketError {
  declare readonly code: ScriptErrorCode;
  constructor(code: ScriptErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'ScriptError';
  }
}
