import { PicketError } from '@picket/sdk/errors';

export type FeatureErrorCode =
  /** The bytes are no saved window or state, cut off or damaged. */
  | 'FEATURES_MALFORMED'
  /** Saved by another version of Picket. */
  | 'FEATURES_VERSION';

/** Saved windows that can not be read. */
export class FeatureError extends PicketError {
  declare readonly code: FeatureErrorCode;
  constructor(code: FeatureErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'FeatureError';
  }
}

/** For bytes of windows. @param why "they end too early", say */
export const malformed = (why: string): FeatureError =>
  new FeatureError('FEATURES_MALFORMED', `the saved windows can not be read: ${why}; they are collected anew`);
