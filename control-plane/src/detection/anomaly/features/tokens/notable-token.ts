import { type EventCursor, Header, SyscallNotable } from '@picket/sdk';
import { bpfCommandName, familyName, prctlName, ptraceName } from '../../../rules/names/arguments.ts';
import { cloneFlagNames, protectionNames } from '../../../rules/names/flags.ts';
import { NameTrust, shapeName } from '../paths/name-shape.ts';
import { pathClass } from '../paths/path-class.ts';
import { tokenOf } from './clean-text.ts';
import { portClass } from './peer-class.ts';
import { callName } from './syscall-names.ts';

const AF_UNIX = 1;
const UDP = 17;

type Telling = (cursor: EventCursor) => string;

const word =
  (field: number): Telling =>
  (cursor) =>
    shapeName(cursor.string(field), NameTrust.usual);
const path =
  (field: number): Telling =>
  (cursor) =>
    pathClass(cursor.string(field), 'program');
const first =
  (name: (value: number) => string): Telling =>
  (cursor) =>
    name(cursor.u32(SyscallNotable.arg0));
const nothing: Telling = () => '';

const { text, target, path: source, arg1, arg2 } = SyscallNotable;
const mount: Telling = (cursor) => `${word(text)(cursor)} ${path(target)(cursor)}`;
const memory: Telling = (cursor) => protectionNames(cursor.u32(arg2));

/** Onto which of the first three descriptors a socket is put, and of what family it is. */
function duplicated(cursor: EventCursor): string {
  const family = cursor.u16(SyscallNotable.family);
  const onto = cursor.i32(Header.result);
  return `${familyName(family)}${onto >= 0 && onto <= 2 ? ' onto standard' : ''}`;
}

function bound(cursor: EventCursor): string {
  const family = cursor.u16(SyscallNotable.family);
  if (family === AF_UNIX) return 'unix';
  const protocol = cursor.u16(SyscallNotable.protocol) === UDP ? 'udp' : 'tcp';
  const port = cursor.u16(SyscallNotable.localPort);
  return `${protocol}/${port === 0 ? 'any' : portClass(port)}`;
}

/** The argument by which one use of a call is told from another. */
const TELLING: Readonly<Record<string, Telling>> = {
  ptrace: first(ptraceName),
  setns: (cursor) => word(text)(cursor) || cloneFlagNames(cursor.u32(arg1)),
  unshare: first(cloneFlagNames),
  mount,
  fsmount: word(text),
  move_mount: path(target),
  umount2: path(target),
  pivot_root: path(source),
  chroot: path(source),
  swapon: path(source),
  bpf: first(bpfCommandName),
  init_module: word(text),
  finit_module: path(source),
  delete_module: word(text),
  memfd_create: word(text),
  mprotect: memory,
  mmap: memory,
  pkey_mprotect: memory,
  keyctl: first(String),
  add_key: word(text),
  request_key: word(text),
  prctl: first(prctlName),
  personality: first((value) => `0x${value.toString(16)}`),
  dup: duplicated,
  dup2: duplicated,
  dup3: duplicated,
  fcntl: duplicated,
  bind: bound,
};

/** Calls that change who a process is. */
const IDS = new Set(['setuid', 'setreuid', 'setresuid', 'setfsuid', 'setgid', 'setregid', 'setresgid', 'setfsgid']);

/** Whether a call changes a user or group id, and whether it is that of the user. */
export const changesId = (call: string): boolean => IDS.has(call);

/** The token of a syscall.notable record; refused calls have one of their own. */
export function notableToken(cursor: EventCursor, call: string): string {
  const telling = (TELLING[call] ?? nothing)(cursor).trim();
  const refused = cursor.i32(Header.result) < 0 ? ' refused' : '';
  return tokenOf('k', `${call}${telling === '' ? '' : ` ${telling}`}${refused}`);
}

/** Name of the call of a record. */
export const calledBy = (cursor: EventCursor): string => callName(cursor.u16(Header.syscall));
