import { messageOf, PicketError } from '@picket/sdk';
import { ControlPlaneError } from '../errors.ts';

/** Trouble that ends by itself when the bus is back. */
export const isBusTrouble = (error: unknown) =>
  error instanceof PicketError && (error.code === 'BUS_UNAVAILABLE' || error.code === 'BUS_REFUSED');

export function handlerFailed(partition: number, streamSequence: number, cause: unknown): ControlPlaneError {
  return new ControlPlaneError(
    'HANDLER_FAILED',
    `batch ${streamSequence} of partition ${partition} could not be handled: ${messageOf(cause)}`,
    { cause },
  );
}

export function poisoned(partition: number, streamSequence: number): ControlPlaneError {
  return new ControlPlaneError(
    'HANDLER_FAILED',
    `batch ${streamSequence} of partition ${partition} was left out: it could not be handled twice`,
  );
}

export function streamReplaced(partition: number): ControlPlaneError {
  return new ControlPlaneError(
    'STREAM_REPLACED',
    `the event stream was made anew or lost its end: partition ${partition} is read from its start, events between the two streams are gone`,
  );
}
