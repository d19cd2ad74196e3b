/**
 * The frame around the calls of the host. The compiler writes the exports `init`, `onbatch` and `ontick` of each
 * detector, with its handlers in them, out of these parts.
 */

import { batch } from './batch';
import { answer, release, takeText } from './canonical';
import { Config } from './config';
import { log, LogLevel } from './host';

/** The garbage of this many events is small, and to collect it costs them little. */
const COLLECT_EVERY: u32 = 8192;

let failure: string = '';
let blockAt: usize = 0;
let blockLength: usize = 0;

/**
 * Ends the call with an error that the host shows; the first one counts. The rest of the batch is not looked at.
 * For what a detector can not go on with; what it finds is a `Finding`.
 */
export function fail(why: string): void {
  if (failure.length == 0) failure = why.length > 0 ? why : 'the detector failed';
}

export function readConfig(at: usize, units: i32): Config {
  failure = '';
  return new Config(takeText(at, units));
}

export function endInit(config: Config): usize {
  const problem = config.problem();
  return endCall(problem.length > 0 ? problem : failure);
}

export function openBatch(at: usize, length: usize): bool {
  blockAt = at;
  blockLength = length;
  failure = batch.open(at, length);
  return failure.length == 0;
}

/** Goes to the next event. Between two events nothing but what globals hold is in use, so garbage may go. */
// @ts-ignore: decorator
@inline
export function nextEvent(): bool {
  if (failure.length != 0 || !batch.next()) return false;
  if ((batch.index & (COLLECT_EVERY - 1)) == COLLECT_EVERY - 1) __collect();
  return true;
}

/** The handler of whole batches has had its turn; it may leave records unread. */
export function endRawBatch(): usize {
  return close('');
}

export function endBatch(): usize {
  return close(batch.finished ? '' : 'a record of the batch has a length that can not be true');
}

function close(problem: string): usize {
  batch.close();
  release(blockAt, blockLength);
  return endCall(failure.length > 0 ? failure : problem);
}

export function beginTick(): void {
  failure = '';
}

export function endTick(): usize {
  return endCall(failure);
}

function endCall(error: string): usize {
  failure = '';
  const result = answer(error);
  __collect();
  return result;
}

/** Where AssemblyScript ends when an assertion or a bound fails. */
export function abort(message: string | null, file: string | null, line: u32, column: u32): void {
  const what = message === null ? 'aborted' : message;
  const where = file === null ? '' : ` (${file}:${line.toString()}:${column.toString()})`;
  log(`${what}${where}`, LogLevel.Error);
  unreachable();
}
