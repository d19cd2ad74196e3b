import type { Process } from '../../../types.ts';
import { commandLine } from './command-line.ts';
import { type FieldFactory, type FieldTable, number, text, texts } from './field-source.ts';

/** How far up ancestors are looked for. */
export const MAX_ANCESTORS = 64;

/** The ancestor n steps up: 0 is the process itself, 1 its parent. */
function ancestor(process: Process | undefined, steps: number): Process | undefined {
  let up = process;
  for (let i = 0; up && i < steps; i++) up = up.parent;
  return up;
}

function ancestors(process: Process | undefined): Process[] {
  const out: Process[] = [];
  for (let up = process?.parent; up && out.length < MAX_ANCESTORS; up = up.parent) out.push(up);
  return out;
}

/** The process itself or the nearest ancestor with a host pid: the leader of its session or group is one mostly. */
export function findInLineage(process: Process, pid: number): Process | undefined {
  return process.pid === pid ? process : ancestors(process).find((up) => up.pid === pid);
}

const parentText =
  (get: (p: Process) => string | undefined): FieldFactory =>
  () =>
    text((c) => (c.process?.parent && get(c.process.parent)) || undefined);

/** With an index the value of that ancestor, without one those of all. */
const ancestorText =
  (get: (p: Process) => string | undefined): FieldFactory =>
  ({ argument }) => {
    if (argument === undefined)
      return texts((c) => {
        const out: string[] = [];
        let up = c.process?.parent;
        for (let steps = 0; up && steps < MAX_ANCESTORS; steps++, up = up.parent) {
          const value = get(up);
          if (value) out.push(value);
        }
        return out;
      });
    const steps = Number(argument);
    return text((c) => {
      const up = ancestor(c.process, steps);
      return (up && get(up)) || undefined;
    });
  };

/** Fields of the parent and of other ancestors. */
export const ANCESTOR_FIELDS: FieldTable = {
  'proc.pname': parentText((p) => p.name),
  'proc.pexe': parentText((p) => p.args[0]),
  'proc.pexepath': parentText((p) => p.exepath),
  'proc.pcmdline': parentText(commandLine),
  'proc.ppid.duration': () =>
    number((c) => {
      const start = c.process?.parent?.start ?? c.process?.parentStart ?? 0;
      return start === 0 ? Number.NaN : c.cursor.time - start;
    }),
  'proc.aname': ancestorText((p) => p.name),
  'proc.aexe': ancestorText((p) => p.args[0]),
  'proc.aexepath': ancestorText((p) => p.exepath),
  'proc.acmdline': ancestorText(commandLine),
  'proc.apid': ({ argument }) => {
    if (argument === undefined) return { type: 'numbers', get: (c) => ancestors(c.process).map((p) => p.pid) };
    const steps = Number(argument);
    return number((c) => ancestor(c.process, steps)?.pid ?? Number.NaN);
  },
};
