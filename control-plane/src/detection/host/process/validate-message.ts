import type { Capability } from '../guard/detector-world.ts';
import type { GuardLimits } from '../guard/guard-limits.ts';
import type { TextEncoding } from '../instance/guest-memory.ts';
import type { OpenMessage, ReplyMessage } from './messages.ts';

/** JSON of the one request to a validator; its part is the uploaded file. */
export interface ValidateMessage {
  readonly capabilities: readonly Capability[];
  readonly encoding: TextEncoding;
  readonly limits: Partial<GuardLimits>;
  /** How to start the detector and give it an empty batch; undefined: it is not run. */
  readonly smoke: Omit<OpenMessage, 'hash' | 'encoding'> | undefined;
}

/** JSON of the answer; its part is the guarded module. */
export interface ValidatedMessage {
  readonly encoding: TextEncoding;
  readonly imports: readonly string[];
  readonly exports: readonly string[];
  readonly memory: { readonly min: number; readonly max: number };
  /** What init and then the empty batch came to; without the second when init refused. */
  readonly smoke: readonly ReplyMessage[];
}

/** JSON of a refusal: with `offset` one of the file, else a fault of the detector that was run. */
export interface RefusalMessage {
  readonly code: string;
  readonly message: string;
  readonly offset: number | undefined;
}
