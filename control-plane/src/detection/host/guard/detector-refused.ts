import { ControlPlaneError, type ControlPlaneErrorCode } from '../../../errors.ts';

export type RefusalCode = Extract<
  ControlPlaneErrorCode,
  | 'DETECTOR_MALFORMED'
  | 'DETECTOR_TOO_LARGE'
  | 'DETECTOR_FEATURE'
  | 'DETECTOR_IMPORT'
  | 'DETECTOR_CAPABILITY'
  | 'DETECTOR_EXPORT'
  | 'DETECTOR_INVALID'
  | 'DETECTOR_COMPONENT'
  | 'DETECTOR_WORLD'
>;

/** A detector's binary that is not taken: what is wrong, and at which byte of the uploaded file. */
export class DetectorRefused extends ControlPlaneError {
  declare readonly code: RefusalCode;
  /** Byte of the uploaded file, from 0. */
  readonly offset: number;
  constructor(code: RefusalCode, offset: number, message: string, options?: ErrorOptions) {
    super(code, `${message} (byte ${offset})`, options);
    this.name = 'DetectorRefused';
    this.offset = offset;
  }
}
