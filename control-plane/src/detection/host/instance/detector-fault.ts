import { ControlPlaneError, type DetectorFaultCode } from '../../../errors.ts';

export type FaultCode = DetectorFaultCode;

/** An instance of a detector that can not go on. It is dead afterwards; another one of the same version may be made. */
export class DetectorFault extends ControlPlaneError {
  declare readonly code: FaultCode;
  /** Its state store, for the next instance; undefined where it could not be had. */
  readonly state: Uint8Array | undefined;
  constructor(code: FaultCode, message: string, options?: ErrorOptions & { state?: Uint8Array | undefined }) {
    super(code, message, options);
    this.name = 'DetectorFault';
    this.state = options?.state;
  }
}

/** Any value thrown out of a call of a guest, as a fault. Guest code throws nothing itself: the engine or the host does. */
export function faultOf(error: unknown, during: string, outOfFuel: boolean): DetectorFault {
  if (error instanceof DetectorFault) return error;
  if (outOfFuel)
    return new DetectorFault(
      'DETECTOR_FUEL',
      `${during} used up its fuel: do less in one call, or ask for more (limits.fuel)`,
      {
        cause: error,
      },
    );
  if (error instanceof RangeError && /call stack/.test(error.message))
    return new DetectorFault('DETECTOR_STACK', `${during} calls itself too deep`, { cause: error });
  if (error instanceof WebAssembly.RuntimeError)
    return new DetectorFault('DETECTOR_TRAP', `${during} trapped: ${error.message}`, { cause: error });
  return new DetectorFault('DETECTOR_HOST', `a host function failed in ${during}`, { cause: error });
}
