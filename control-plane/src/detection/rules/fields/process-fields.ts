import { FileFlag, Header, HeaderFlag } from '@picket/sdk';
import type { Process } from '../../../types.ts';
import { capabilityNames } from '../names/capabilities.ts';
import { ANCESTOR_FIELDS, findInLineage } from './ancestor-fields.ts';
import { commandLine, joinedArguments } from './command-line.ts';
import type { EventContext } from './event-context.ts';
import { exeVolume } from './exe-volume.ts';
import { bool, type FieldFactory, type FieldTable, number, text, texts } from './field-source.ts';
import { USER_FIELDS } from './user-fields.ts';

const textOf =
  (get: (p: Process) => string | undefined): FieldFactory =>
  () =>
    text((c) => (c.process && get(c.process)) || undefined);

const numberOf =
  (get: (p: Process, c: EventContext) => number): FieldFactory =>
  () =>
    number((c) => (c.process ? get(c.process, c) : Number.NaN));

/** 0 stands for "not known". */
const known = (value: number): number => (value === 0 ? Number.NaN : value);

const boolOf =
  (get: (p: Process) => boolean): FieldFactory =>
  () =>
    bool((c) => (c.process ? get(c.process) : undefined));

const exeFlag = (flag: number): FieldFactory => boolOf((p) => (p.exeFlags & flag) !== 0);

/** Capabilities are known from an exec, not from a header. */
const capabilities =
  (get: (p: Process) => bigint): FieldFactory =>
  () =>
    texts((c) => (c.process?.exepath ? capabilityNames(get(c.process)) : undefined));

const argument =
  (get: (p: Process) => string | undefined): FieldFactory =>
  () =>
    text((c) => (c.process ? get(c.process) : undefined));

/**
 * The leader of the session or group of a process. It need not be an ancestor: the first program of a shell pipeline leads the
 * others. While a group has members its number is given to no other process, so who has it is the one.
 */
function leader(c: EventContext, idOf: (p: Process) => number): Process | undefined {
  const { process } = c;
  const id = process ? idOf(process) : 0;
  if (!process || id === 0) return undefined;
  const other = findInLineage(process, id) ?? c.processAt(id);
  return other && idOf(other) === id ? other : undefined;
}

/** Records tell threads by their ids on the host. The first thread of a process has the id of the process, wherever that is. */
function threadInNamespace(p: Process, c: EventContext): number {
  const tid = c.cursor.u32(Header.tid);
  if ((c.cursor.flags & HeaderFlag.host) !== 0) return tid;
  return tid === p.pid ? known(p.vpid) : Number.NaN;
}

/** Fields of the process of the event, `proc.*`, `thread.*`, `user.*` and `group.*`. */
export const PROCESS_FIELDS: FieldTable = {
  ...ANCESTOR_FIELDS,
  ...USER_FIELDS,
  'proc.name': textOf((p) => p.name),
  'proc.exe': textOf((p) => p.args[0]),
  'proc.exepath': textOf((p) => p.exepath),
  'proc.args': argument(joinedArguments),
  'proc.cmdline': argument(commandLine),
  'proc.cwd': textOf((p) => (p.cwd === '' || p.cwd.endsWith('/') ? p.cwd : `${p.cwd}/`)),
  'proc.env': ({ argument: key }) => {
    if (key === undefined) return text((c) => c.process?.env.join(' ') || undefined);
    const prefix = `${key}=`;
    return text((c) => c.process?.env.find((entry) => entry.startsWith(prefix))?.slice(prefix.length));
  },
  'proc.tty': numberOf((p) => p.tty),
  'proc.pid': () => number((c) => c.cursor.u32(Header.tgid)),
  'proc.ppid': numberOf((p) => known(p.ppid)),
  'proc.vpid': numberOf((p) => known(p.vpid)),
  'proc.vpgid': numberOf((p) => known(p.vpgid)),
  'proc.sid': numberOf((p) => known(p.vsid)),
  'proc.nargs': numberOf((p) => (p.args.length === 0 ? Number.NaN : p.args.length - 1)),
  'proc.duration': numberOf((p, c) => c.cursor.time - p.start),
  'proc.is_exe_upper_layer': exeFlag(FileFlag.upperLayer),
  'proc.is_exe_from_memfd': exeFlag(FileFlag.memfd),
  'proc.is_exe_writable': exeFlag(FileFlag.writable),
  'proc.is_vpgid_leader': boolOf((p) => p.pgid === p.pid),
  'proc.is_sid_leader': boolOf((p) => p.sid === p.pid),
  'proc.sname': () => text((c) => leader(c, (p) => p.sid)?.name || undefined),
  'proc.vpgid.name': () => text((c) => leader(c, (p) => p.pgid)?.name || undefined),
  'proc.vpgid.exe': () => text((c) => leader(c, (p) => p.pgid)?.args[0] || undefined),
  'proc.exe_ino': numberOf((p) => known(p.exeInode)),
  'proc.exe_ino.ctime': numberOf((p) => known(p.exeCtime)),
  'proc.exe_ino.mtime': numberOf((p) => known(p.exeMtime)),
  'proc.exe_ino.ctime_duration_proc_start': numberOf((p, c) => p.start + Number(c.wallOffset) - known(p.exeCtime)),
  'picket.proc.entry': () => text((c) => c.entry),
  'picket.proc.exe_volume': () => text(exeVolume),
  'thread.tid': () => number((c) => c.cursor.u32(Header.tid)),
  'thread.vtid': numberOf(threadInNamespace),
  'thread.cap_effective': capabilities((p) => p.capEffective),
  'thread.cap_permitted': capabilities((p) => p.capPermitted),
  'thread.cap_inheritable': capabilities((p) => p.capInheritable),
};
