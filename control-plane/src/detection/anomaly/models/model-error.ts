import { PicketError } from '@picket/sdk/errors';

export type ModelErrorCode =
  /** The bytes are no saved model, cut off or damaged. */
  | 'MODEL_MALFORMED'
  /** Saved by another version of Picket. */
  | 'MODEL_VERSION'
  /** Asked for something before or after its time, as a score before `fit`. */
  | 'MODEL_UNREADY'
  /** Larger than a model may be. */
  | 'MODEL_TOO_LARGE';

/** A model that can not be read or used. */
export class ModelError extends PicketError {
  declare readonly code: ModelErrorCode;
  constructor(code: ModelErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'ModelError';
  }
}
