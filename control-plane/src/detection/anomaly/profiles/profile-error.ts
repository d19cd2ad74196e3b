import { PicketError } from '@picket/sdk/errors';

export type ProfileErrorCode =
  /** The bytes are no saved profile, cut off or damaged. */
  | 'PROFILE_MALFORMED'
  /** Saved or written by another version of Picket. */
  | 'PROFILE_VERSION'
  /** Text that is no profile; the details name each place. */
  | 'PROFILE_INVALID'
  /** It is not signed by a key that is trusted. */
  | 'PROFILE_SIGNATURE'
  /** Larger than a profile may be. */
  | 'PROFILE_TOO_LARGE';

export interface ProfileProblem {
  /** file:line:column */
  readonly path: string;
  readonly message: string;
}

/** A profile that can not be read or taken. */
export class ProfileError extends PicketError {
  declare readonly code: ProfileErrorCode;
  /** Every single thing that is wrong, where there are several. */
  readonly details: readonly ProfileProblem[] | undefined;
  constructor(code: ProfileErrorCode, message: string, options?: ErrorOptions & { details?: ProfileProblem[] }) {
    super(code, message, options);
    this.name = 'ProfileError';
    this.details = options?.details;
  }
}
