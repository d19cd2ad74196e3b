import { PicketError } from '@picket/sdk/errors';

export type LearningErrorCode =
  /** The bytes are no saved material, cut off or damaged. */
  | 'MATERIAL_MALFORMED'
  /** Saved by another version of Picket. */
  | 'MATERIAL_VERSION'
  /** Materials of two workloads can not become one. */
  | 'MATERIAL_DIFFERS'
  /** Fewer windows than a model can be made of. */
  | 'TRAINING_TOO_LITTLE'
  /** It took longer than it may. */
  | 'TRAINING_DEADLINE'
  /** It took more memory than it may. */
  | 'TRAINING_MEMORY'
  | 'TRAINING_CANCELLED'
  /** Anything else that went wrong in the thread of the training. */
  | 'TRAINING_FAILED';

/** Material that can not be read, or of which no model could be made. */
export class LearningError extends PicketError {
  declare readonly code: LearningErrorCode;
  constructor(code: LearningErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'LearningError';
  }
}
