/** Base of every typed error of Picket: a stable code for programs and a sentence for people. */
export class PicketError extends Error {
  readonly code: string;
  constructor(code: string, message: string, options?: ErrorOptions) {
    super(message, options);
    this.name = 'PicketError';
    this.code = code;
  }
}

export type BatchErrorCode = 'BATCH_TOO_SHORT' | 'BATCH_BAD_MAGIC' | 'BATCH_SCHEMA_UNSUPPORTED' | 'BATCH_CORRUPT';

/** A batch that can not be read. Nothing of it is used. */
export class BatchError extends PicketError {
  constructor(code: BatchErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'BatchError';
  }
}

/** The message of any thrown value. */
export function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
