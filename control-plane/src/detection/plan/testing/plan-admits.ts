import {
  type EventCursor,
  FileOpen,
  Header,
  Kind,
  kindName,
  PATH_NAME_BYTES,
  type PathRule,
  type ProbePlan,
} from '@picket/sdk';
import type { OpenClass } from '../open-class.ts';

const O_ACCMODE = 3;
const O_TRUNC = 0o1000;
const SLASH = 47;

/**
 * Whether the filters of the kernel let the current record through; what bpf/include/path_rules.h and file_open.bpf.c do,
 * byte by byte. Budgets and suppression are not filters and are left out. For tests.
 */
export function planAdmits(plan: ProbePlan, cursor: EventCursor): boolean {
  if (!plan.kinds.includes(kindName(cursor.kind))) return false;
  if (cursor.kind === Kind.SyscallNotable)
    return plan.calls === null || plan.calls.includes(cursor.u16(Header.syscall));
  if (cursor.kind !== Kind.FileOpen) return true;
  const rules = rulesFor(plan, cursor);
  if (rules.some(({ mustSee }) => mustSee)) return true;
  if (rules.some(({ ignore }) => ignore)) return false;
  const name = classOf(cursor);
  const wanted = plan.opens[name];
  return wanted === 'all' || (wanted === 'listed' && rules.some((rule) => rule.for.includes(name)));
}

function classOf(cursor: EventCursor): OpenClass {
  if (cursor.i32(Header.result) < 0) return 'failed';
  return (cursor.u32(FileOpen.openFlags) & (O_ACCMODE | O_TRUNC)) !== 0 ? 'write' : 'read';
}

function rulesFor(plan: ProbePlan, cursor: EventCursor): PathRule[] {
  const at = cursor.stringAt(FileOpen.path);
  const path = Buffer.from(cursor.bytes.subarray(at, at + cursor.stringLength(FileOpen.path)));
  if (path.length === 0) return [];
  const last = path.subarray(path.lastIndexOf(SLASH) + 1).subarray(0, PATH_NAME_BYTES);
  return plan.paths.filter(({ prefix, name }) =>
    prefix === undefined
      ? Buffer.from(name ?? '').equals(last)
      : path.subarray(0, Buffer.byteLength(prefix)).equals(Buffer.from(prefix)),
  );
}
