import { readFileSync } from 'node:fs';

/** Names a process beyond the reuse of its pid. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Start in clock ticks since boot, field 22 of /proc/PID/stat (proc(5)). */
  readonly start: string;
  /** Boot id of the kernel: start times begin anew with each boot. */
  readonly boot: string;
}

/** @returns undefined when there is no such process, or only what is left of one that has ended */
export function identityOf(pid: number): ProcessIdentity | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name stands in parentheses and may hold any byte; the fields begin behind the last one.
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    if (fields[0] === 'Z' || fields[0] === 'X') return undefined;
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    return { pid, start: fields[19] ?? '', boot };
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return undefined;
    throw error;
  }
}

/** Whether the very process still runs. */
export function isAlive(identity: ProcessIdentity): boolean {
  const now = identityOf(identity.pid);
  return now !== undefined && now.start === identity.start && now.boot === identity.boot;
}

/** Reads what `JSON.stringify` wrote of an identity; undefined for anything else. */
export function parseIdentity(text: string): ProcessIdentity | undefined {
  try {
    const { pid, start, boot } = JSON.parse(text) as Partial<ProcessIdentity>;
    if (!Number.isInteger(pid) || Number(pid) <= 1 || typeof start !== 'string' || typeof boot !== 'string')
      return undefined;
    return { pid: Number(pid), start, boot };
  } catch {
    // Half a file or other text names no process: that is the answer.
    return undefined;
  }
}
