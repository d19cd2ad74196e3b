import { PicketApiError } from '@picket/sdk/client';

/** True when the server no longer knows who asks. */
export const isSignedOut = (error: unknown): boolean => error instanceof PicketApiError && error.status === 401;

/** True when asking again can not help: the server has understood and refused, or speaks another language. */
export const isFinal = (error: unknown): boolean =>
  error instanceof PicketApiError && (error.final || error.code === 'RESPONSE_INVALID');

/** Seconds to wait after an error before another try; Infinity when none can help. */
export function retryDelay(error: unknown): number {
  if (isFinal(error)) return Number.POSITIVE_INFINITY;
  return error instanceof PicketApiError ? (error.retryAfter ?? 0) : 0;
}
