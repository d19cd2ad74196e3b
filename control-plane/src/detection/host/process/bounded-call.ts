import { Script } from 'node:vm';
import { DetectorFault } from '../instance/detector-fault.ts';

/** Runs work; it is interrupted after a time, wherever it is. */
export type BoundedCall = <T>(deadlineMs: number, what: string, work: () => T) => T;

const NAME = 'picketBoundedCall';

/**
 * Calls within the time limit of a vm script, which interrupts WebAssembly too and leaves the thread alive (19 us a
 * call). The work reaches the script through a global function: code of detectors has no access to globals.
 * @param limited false: without the limit, for a process whose watcher shall be seen at work
 */
export function boundedCalls(limited: boolean): BoundedCall {
  if (!limited) return (_deadlineMs, _what, work) => work();
  let current: () => void = () => {};
  Object.defineProperty(globalThis, NAME, { value: () => current(), configurable: true });
  const script = new Script(`${NAME}()`);
  return (deadlineMs, what, work) => {
    const done: ReturnType<typeof work>[] = [];
    current = () => void done.push(work());
    try {
      script.runInThisContext({ timeout: Math.max(1, Math.ceil(deadlineMs)) });
    } catch (error) {
      throw isTimeout(error) ? tooLong(deadlineMs, what) : error;
    }
    return done[0] as ReturnType<typeof work>;
  };
}

const isTimeout = (error: unknown) =>
  error instanceof Error && 'code' in error && error.code === 'ERR_SCRIPT_EXECUTION_TIMEOUT';

/** A call that was interrupted at its deadline. */
export const tooLong = (deadlineMs: number, what: string): DetectorFault =>
  new DetectorFault(
    'DETECTOR_DEADLINE',
    `${what} was interrupted after ${deadlineMs} ms: do less in one call, or ask for a later deadline (limits.deadline_ms)`,
  );
