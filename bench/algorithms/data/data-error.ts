import { PicketError } from '@picket/sdk/errors';

export type DataErrorCode =
  /** The path does not exist or can not be read. */
  | 'DATA_MISSING'
  /** A folder or archive in which no known layout was found. */
  | 'DATA_LAYOUT'
  /** An archive that is damaged, encrypted or of an unknown kind. */
  | 'DATA_ARCHIVE'
  /** A table or trace with something else than numbers. */
  | 'DATA_MALFORMED'
  /** A split in which a run is on both sides. */
  | 'DATA_LEAK'
  /** Larger than the bench takes. */
  | 'DATA_TOO_LARGE';

/** Data for the comparison that can not be used. */
export class DataError extends PicketError {
  declare readonly code: DataErrorCode;
  constructor(code: DataErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'DataError';
  }
}
