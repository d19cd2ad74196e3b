import { JetStreamApiError } from '@nats-io/jetstream';
import { AuthorizationError, InvalidArgumentError, PermissionViolationError } from '@nats-io/transport-node';
import { messageOf, PicketError } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';

/**
 * The typed error for what a NATS client threw.
 * @param doing what was tried, as in "could not <doing>"
 */
export function toBusError(cause: unknown, doing: string): PicketError {
  if (cause instanceof PicketError) return cause;
  const inner = innermost(cause);
  if (isRefusal(inner) || inner instanceof PermissionViolationError)
    return new ControlPlaneError(
      'BUS_REFUSED',
      `the bus did not allow to ${doing} (${messageOf(inner)}): check that the key belongs to the role control-plane of this NATS server`,
      { cause },
    );
  if (inner instanceof JetStreamApiError || inner instanceof InvalidArgumentError)
    return new ControlPlaneError('BUS_REFUSED', `the bus refused to ${doing}: ${messageOf(inner)}`, { cause });
  return new ControlPlaneError('BUS_UNAVAILABLE', `could not ${doing}, the bus does not answer: ${messageOf(cause)}`, {
    cause,
  });
}

/** Whether the server does not take the key. A busy server may also end a login for being slow: that is worth another try. */
export const isRefusal = (error: unknown): error is AuthorizationError =>
  error instanceof AuthorizationError && !/timeout/i.test(error.message);

/** The client wraps what happened in errors that only tell where the request was made. */
function innermost(error: unknown): unknown {
  let at = error;
  while (at instanceof Error && at.cause instanceof Error) at = at.cause;
  return at;
}

/** Code of a JetStream API error, or undefined for any other error. */
export function apiCode(error: unknown): number | undefined {
  return error instanceof JetStreamApiError ? error.code : undefined;
}

/** JetStream error codes that are acted on. See server/errors.json of nats-server. */
export const ApiCode = {
  consumerNotFound: 10014,
  streamNotFound: 10059,
  streamNameInUse: 10058,
  subjectsOverlap: 10065,
  wrongLastSequence: 10071,
  messageTooLarge: 10054,
} as const;
