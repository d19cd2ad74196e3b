import { FileModify, FileOpen, Header, Kind, type KindInfo, NetSocket, ProcessExec, SyscallNotable } from '@picket/sdk';
import { bpfCommandName, familyName, ptraceName, socketTypeName } from '../names/arguments.ts';
import {
  atFlagNames,
  cloneFlagNames,
  memfdFlagNames,
  modeNames,
  mountFlagNames,
  openFlagNames,
  protectionNames,
  renameFlagNames,
} from '../names/flags.ts';
import { syscallNumber } from '../names/syscalls.ts';
import type { EventContext } from './event-context.ts';
import {
  byKind,
  type FieldFactory,
  type FieldSource,
  type FieldTable,
  number,
  recordText,
  text,
} from './field-source.ts';
import { recordField } from './record-field.ts';

const { FileOpen: OPEN, FileModify: MODIFY, SyscallNotable: NOTABLE, NetSocket: SOCKET, ProcessExec: EXEC } = Kind;

const callIs = (...names: string[]) => {
  const numbers = new Set(names.map(syscallNumber));
  return (c: EventContext): boolean => numbers.has(c.cursor.u16(Header.syscall));
};
/** The value only where one of the calls made the event. */
const when = (test: (c: EventContext) => boolean, get: (c: EventContext) => string): FieldSource =>
  text((c) => (test(c) ? get(c) : undefined));
const numberWhen = (test: (c: EventContext) => boolean, get: (c: EventContext) => number): FieldSource =>
  number((c) => (test(c) ? get(c) : Number.NaN));

const isRename = callIs('rename', 'renameat', 'renameat2');
const isLink = callIs('link', 'linkat');
const isSymlink = callIs('symlink', 'symlinkat');
const isChmod = callIs('chmod', 'fchmod', 'fchmodat', 'fchmodat2');
const isMkdir = callIs('mkdir', 'mkdirat');

/** Which argument of a notable call holds its flags, and how they are named. */
const NOTABLE_FLAGS: readonly (readonly [
  test: (c: EventContext) => boolean,
  at: number,
  names: (value: number) => string,
])[] = [
  [callIs('unshare'), SyscallNotable.arg0, cloneFlagNames],
  [callIs('setns'), SyscallNotable.arg1, cloneFlagNames],
  [callIs('mount'), SyscallNotable.arg3, mountFlagNames],
  [callIs('memfd_create'), SyscallNotable.arg1, memfdFlagNames],
  [callIs('mprotect', 'mmap'), SyscallNotable.arg2, protectionNames],
];

function notableFlags(c: EventContext): string | undefined {
  const row = NOTABLE_FLAGS.find(([test]) => test(c));
  return row?.[2](c.cursor.u32(row[1]));
}

const asked = text((c) => c.text(FileOpen.name) || c.text(FileOpen.path) || undefined);
const modifyPath = recordText(FileModify.path);
const fromRecord =
  (name: string): FieldFactory =>
  ({ kind }) =>
    recordField(name, kind);

/** The arguments of calls, `evt.arg.*`. */
export const ARGUMENT_FIELDS: FieldTable = {
  'evt.arg.name': byKind({ [OPEN]: asked, [MODIFY]: modifyPath, [NOTABLE]: recordText(SyscallNotable.text) }),
  'evt.arg.path': byKind({ [OPEN]: asked, [MODIFY]: modifyPath }),
  'evt.arg.filename': byKind({
    [EXEC]: recordText(ProcessExec.filename),
    [MODIFY]: when(isChmod, (c) => c.text(FileModify.path)),
  }),
  'evt.arg.oldpath': byKind({
    [MODIFY]: when(
      (c) => isRename(c) || isLink(c),
      (c) => c.text(FileModify.path),
    ),
  }),
  'evt.arg.newpath': byKind({
    [MODIFY]: when(
      (c) => isRename(c) || isLink(c),
      (c) => c.text(FileModify.target),
    ),
  }),
  'evt.arg.linkpath': byKind({
    [MODIFY]: when(
      (c) => isSymlink(c) || isLink(c),
      (c) => c.text(FileModify.target),
    ),
  }),
  'evt.arg.target': byKind({
    [MODIFY]: when(isSymlink, (c) => c.text(FileModify.path)),
    [NOTABLE]: recordText(SyscallNotable.target),
  }),
  'evt.arg.flags': byKind({
    [OPEN]: text((c) => openFlagNames(c.cursor.u32(FileOpen.openFlags))),
    [MODIFY]: text((c) => (isRename(c) ? renameFlagNames : atFlagNames)(c.cursor.u32(FileModify.callFlags))),
    [NOTABLE]: text(notableFlags),
  }),
  'evt.arg.mode': byKind({
    [OPEN]: text((c) => modeNames(c.cursor.u32(FileOpen.createMode))),
    [MODIFY]: when(
      (c) => isChmod(c) || isMkdir(c),
      (c) => modeNames(c.cursor.u32(FileModify.mode)),
    ),
  }),
  'evt.arg.request': byKind({
    [NOTABLE]: when(callIs('ptrace'), (c) => ptraceName(c.cursor.u32(SyscallNotable.arg0))),
  }),
  'evt.arg.domain': byKind({ [SOCKET]: text((c) => familyName(c.cursor.u32(NetSocket.domain))) }),
  'evt.arg.type': byKind({ [SOCKET]: text((c) => socketTypeName(c.cursor.u32(NetSocket.type))) }),
  'evt.arg.proto': byKind({ [SOCKET]: number((c) => c.cursor.u32(NetSocket.protocol)) }),
  'evt.arg.cmd': byKind({ [NOTABLE]: when(callIs('bpf'), (c) => bpfCommandName(c.cursor.u32(SyscallNotable.arg0))) }),
  'evt.arg.fd': ({ kind }) =>
    kind.id === NOTABLE
      ? numberWhen(callIs('dup', 'dup2', 'dup3', 'setns', 'finit_module', 'bind'), (c) =>
          c.cursor.i32(SyscallNotable.arg0),
        )
      : recordField('fd.num', kind),
  'evt.arg.uid': fromRecord('evt.arg.uid'),
  'evt.arg.res_or_fd': ({ kind }) =>
    RETURNS_DESCRIPTOR.has(kind.id) ? number((c) => c.cursor.i32(Header.result)) : undefined,
};

const RETURNS_DESCRIPTOR: ReadonlySet<number> = new Set([OPEN, SOCKET, NOTABLE, Kind.NetAccept]);

/** All arguments an event has, as name=value. */
export function argumentTexts(kind: KindInfo): FieldSource {
  const sources = Object.entries(ARGUMENT_FIELDS).flatMap(([name, make]) => {
    const source = make({ kind, argument: undefined });
    return source?.type === 'text' || source?.type === 'number'
      ? [[name.slice('evt.arg.'.length), source] as const]
      : [];
  });
  return text((c) =>
    sources
      .map(([name, source]) => [name, source.get(c)] as const)
      .filter(([, value]) => value !== undefined && !Number.isNaN(value))
      .map(([name, value]) => `${name}=${value}`)
      .join(' '),
  );
}
