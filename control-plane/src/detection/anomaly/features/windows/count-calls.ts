import { type EventCursor, SyscallNotable, WindowResources, WindowSyscalls } from '@picket/sdk';
import { readCounts } from '../counts/table-sum.ts';
import { Scalar } from '../scalars.ts';
import { calledBy, changesId, notableToken } from '../tokens/notable-token.ts';
import { callName } from '../tokens/syscall-names.ts';
import type { WindowSum } from './window-sum.ts';

const NS = 1e9;
const NO_ID = 0xffff_ffff;
const callTokens = new Map<number, string>();

export function countNotable(cursor: EventCursor, sum: WindowSum): void {
  const count = cursor.u32(SyscallNotable.count) || 1;
  const call = calledBy(cursor);
  sum.add(Scalar.notable, count);
  sum.token(notableToken(cursor, call), count);
  if (!changesId(call)) return;
  const [before, after] = [cursor.u32(SyscallNotable.oldId), cursor.u32(SyscallNotable.newId)];
  if (before === after) return;
  sum.add(Scalar.id_changes, count);
  if (after !== NO_ID && call.includes('uid')) sum.token(`U:${after}`, count);
}

/** System calls that the kernel counted. */
export function countCalls(cursor: EventCursor, sum: WindowSum): void {
  const syscalls = readCounts(cursor, WindowSyscalls.counts);
  sum.add(Scalar.syscalls, cursor.u64(WindowSyscalls.total));
  sum.calls(syscalls, readCounts(cursor, WindowSyscalls.bigrams));
  for (let i = 0; i < syscalls.size; i++)
    sum.token(callToken(syscalls.keys[i] as number), syscalls.counts[i] as number);
}

/** The token of a system call by its number. */
export function callToken(number: number): string {
  const known = callTokens.get(number);
  if (known !== undefined) return known;
  const token = `s:${callName(number)}`;
  if (number < 1024) callTokens.set(number, token);
  return token;
}

export function countResources(cursor: EventCursor, sum: WindowSum): void {
  sum.add(Scalar.cpu, cursor.u64(WindowResources.cpu) / NS);
  sum.raise(Scalar.memory, cursor.u64(WindowResources.memory));
  sum.raise(Scalar.tasks, cursor.u32(WindowResources.pids));
  sum.add(Scalar.throttled, cursor.u32(WindowResources.throttled));
  sum.add(Scalar.disk_read, cursor.u64(WindowResources.read));
  sum.add(Scalar.disk_written, cursor.u64(WindowResources.written));
  sum.add(Scalar.net_received, cursor.u64(WindowResources.received));
  sum.add(Scalar.net_sent, cursor.u64(WindowResources.sent));
}
