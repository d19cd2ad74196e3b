import { ControlPlaneError } from '../../../errors.ts';

export type HostFailedCode = 'DETECTOR_HOST_ENDED' | 'DETECTOR_NEIGHBOUR';

/** An instance that is gone without a fault of its own: its process ended, or its worker was ended because of another. */
export class HostFailed extends ControlPlaneError {
  declare readonly code: HostFailedCode;
  constructor(code: HostFailedCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'HostFailed';
  }
}
