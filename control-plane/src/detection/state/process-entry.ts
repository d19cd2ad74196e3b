import type { Container, Process, ProcessEntry } from '../../types.ts';

/** A clock tick in ns: what `initStart` may lack. */
const TICK = 10_000_000;
/** Ancestors looked at; a process knows fewer. */
const DEPTH = 64;

/** How a process got into its container; undefined for one that is in none. */
export function entryOf(process: Process, container: Container | undefined): ProcessEntry | undefined {
  if (!container) return undefined;
  const seen = process.entryPid !== 0;
  if (container.initPid === 0) return seen && process.entryVpid === 1 ? 'entrypoint' : 'unknown';
  if (seen && isInit(process.entryPid, process.entryStart, container)) return 'entrypoint';
  if (process.vpid === process.pid) return amongHostPids(process, container);
  return seen ? 'exec' : 'unknown';
}

/**
 * A container that shares the process ids of the host is entered by helpers of the runtime that begin the program only
 * in a child, so that the line of descent has to tell. Orphans leave that line here: they are given to a process outside.
 */
function amongHostPids(process: Process, container: Container): ProcessEntry {
  let at: Process | undefined = process;
  for (let depth = 0; at && depth < DEPTH; depth++, at = at.parent) {
    if (isInit(at.pid, at.start, container)) return 'entrypoint';
    if (at.pid === process.entryPid && at.start === process.entryStart) return 'exec';
  }
  return 'unknown';
}

function isInit(pid: number, start: number, { initPid, initStart }: Container): boolean {
  return pid === initPid && (initStart === 0 || Math.abs(start - initStart) < TICK);
}
