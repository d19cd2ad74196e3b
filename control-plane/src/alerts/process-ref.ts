import type { Alert, ProcessRef } from '@picket/sdk';
import type { Process, ProcessEntry } from '../types.ts';

/** Ancestors an alert tells about at most. Deeper ones say little and cost space in every revision. */
const MAX_ANCESTORS = 16;
const MAX_OWN_CMDLINE = 8192;
const MAX_ANCESTOR_CMDLINE = 1024;

/** A process with its ancestors, the parent first, and how it got into its container. */
export function processWithAncestors(process: Process, entry: ProcessEntry | undefined): NonNullable<Alert['process']> {
  return {
    ...processRef(process, MAX_OWN_CMDLINE),
    ancestors: ancestorsOf(process),
    ...(entry && { entry }),
  };
}

function ancestorsOf(process: Process): ProcessRef[] {
  const out: ProcessRef[] = [];
  // A tree rebuilt from lossy events could close a circle.
  const met = new Set([process]);
  for (let at = process.parent; at && !met.has(at) && out.length < MAX_ANCESTORS; at = at.parent) {
    met.add(at);
    out.push(processRef(at, MAX_ANCESTOR_CMDLINE));
  }
  return out;
}

function processRef(process: Process, maxCmdline: number): ProcessRef {
  return {
    pid: process.pid,
    start: BigInt(Math.max(0, Math.trunc(process.start))).toString(),
    name: process.name,
    exepath: process.exepath,
    cmdline: cut(process.args.length > 0 ? process.args.join(' ') : process.name, maxCmdline),
    uid: process.uid,
    tty: process.tty,
    ...(process.vpid > 0 && { vpid: process.vpid }),
    ...(process.cwd !== '' && { cwd: process.cwd }),
  };
}

/** Marks what was cut, and cuts between characters. */
function cut(text: string, length: number): string {
  return text.length <= length ? text : `${text.slice(0, length - 1).replace(/[\uD800-\uDBFF]$/, '')}…`;
}
