import { FileModify, FileOpen, Header, Kind, type KindInfo, NetSocket, ProcessExec } from '@picket/sdk';
import { familyName, socketTypeName } from '../names/arguments.ts';
import { atFlagNames, modeNames, openFlagNames, renameFlagNames } from '../names/flags.ts';
import type { EventContext } from './event-context.ts';
import { byKind, type FieldSource, type FieldTable, number, recordText, text } from './field-source.ts';
import { isChmod, isLink, isMkdir, isRename, isSymlink, onlyPath } from './file-change.ts';
import { NOTABLE_ARGUMENTS } from './notable-fields.ts';
import { recordField } from './record-field.ts';
import { withKind } from './with-kind.ts';

const { FileOpen: OPEN, FileModify: MODIFY, SyscallNotable: NOTABLE, NetSocket: SOCKET, ProcessExec: EXEC } = Kind;

/** The value only where one of the calls made the event. */
const when = (test: (c: EventContext) => boolean, get: (c: EventContext) => string): FieldSource =>
  text((c) => (test(c) ? get(c) : undefined));

const asked = text((c) => c.text(FileOpen.name) || c.text(FileOpen.path) || undefined);
const modifyPath = text(onlyPath);

/** The arguments of calls, `evt.arg.*`. */
export const ARGUMENT_FIELDS: FieldTable = withKind(NOTABLE, NOTABLE_ARGUMENTS, {
  'evt.arg.name': byKind({ [OPEN]: asked, [MODIFY]: modifyPath }),
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
    [MODIFY]: when(isSymlink, (c) => c.text(FileModify.target)),
  }),
  'evt.arg.target': byKind({
    [MODIFY]: when(isSymlink, (c) => c.text(FileModify.path)),
  }),
  'evt.arg.flags': byKind({
    [OPEN]: text((c) => openFlagNames(c.cursor.u32(FileOpen.openFlags))),
    [MODIFY]: text((c) => (isRename(c) ? renameFlagNames : atFlagNames)(c.cursor.u32(FileModify.callFlags))),
  }),
  'evt.arg.mode': byKind({
    [OPEN]: text((c) => modeNames(c.cursor.u32(FileOpen.createMode))),
    [MODIFY]: when(
      (c) => isChmod(c) || isMkdir(c),
      (c) => modeNames(c.cursor.u32(FileModify.mode)),
    ),
  }),
  'evt.arg.domain': byKind({ [SOCKET]: text((c) => familyName(c.cursor.u32(NetSocket.domain))) }),
  'evt.arg.type': byKind({ [SOCKET]: text((c) => socketTypeName(c.cursor.u32(NetSocket.type))) }),
  'evt.arg.proto': byKind({ [SOCKET]: number((c) => c.cursor.u32(NetSocket.protocol)) }),
  'evt.arg.fd': ({ kind }) => recordField('fd.num', kind),
  'evt.arg.res_or_fd': ({ kind }) =>
    RETURNS_DESCRIPTOR.has(kind.id) ? number((c) => c.cursor.i32(Header.result)) : undefined,
});

const RETURNS_DESCRIPTOR: ReadonlySet<number> = new Set([OPEN, SOCKET, Kind.NetAccept]);

/** All arguments an event has, as name=value. */
export function argumentTexts(kind: KindInfo): FieldSource {
  const sources = Object.entries(ARGUMENT_FIELDS).flatMap(([name, make]) => {
    const source = make({ kind, argument: undefined });
    return source?.type === 'text' || source?.type === 'number' || source?.type === 'texts'
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
