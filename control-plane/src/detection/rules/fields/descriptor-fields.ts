import { FileModify, FileOpen, Header, Kind, NetConnect, NetUdp, NetUnix, SyscallNotable } from '@picket/sdk';
import {
  byKind,
  type FieldFactory,
  type FieldSource,
  type FieldTable,
  number,
  recordText,
  text,
} from './field-source.ts';
import { NETWORK_FIELDS } from './network-fields.ts';
import { OpenAccess } from './open-access.ts';
import { recordField } from './record-field.ts';

const { FileOpen: OPEN, FileModify: MODIFY, NetUnix: UNIX, SyscallNotable: NOTABLE } = Kind;

const pureText = (get: (path: string) => string | undefined): FieldSource => ({
  type: 'text',
  pure: 'path',
  get: (c) => {
    const path = c.text(FileOpen.path);
    return path === '' ? undefined : get(path);
  },
});
const openPath = pureText((path) => path);

/** A file and, for the same field, a socket. */
const orNetwork =
  (name: string, sources: Readonly<Record<number, FieldSource>>): FieldFactory =>
  (request) =>
    sources[request.kind.id] ?? NETWORK_FIELDS[name]?.(request);

const constant = (value: string): FieldSource => ({ type: 'constant', value });

/** What an open gave; nothing is known of a file that was not opened. */
const openType = (file: string, directory: string): FieldSource => ({
  type: 'text',
  pure: 'access',
  get: (c) => {
    const { access } = c;
    if ((access & OpenAccess.failed) !== 0) return undefined;
    return (access & OpenAccess.directory) !== 0 ? directory : file;
  },
});

/** Fields of descriptors and of paths, `fd.*` and `fs.*`. */
export const DESCRIPTOR_FIELDS: FieldTable = {
  ...NETWORK_FIELDS,
  'fd.name': orNetwork('fd.name', { [OPEN]: openPath, [UNIX]: recordText(NetUnix.path) }),
  'fd.nameraw': byKind({ [OPEN]: text((c) => c.text(FileOpen.name) || c.text(FileOpen.path) || undefined) }),
  'fd.directory': byKind({ [OPEN]: pureText(directoryOf), [UNIX]: text((c) => directoryOf(c.text(NetUnix.path))) }),
  'fd.filename': byKind({
    [OPEN]: { type: 'text', pure: 'path', get: (c) => c.filename(FileOpen.path) || undefined },
    [UNIX]: text((c) => c.filename(NetUnix.path) || undefined),
  }),
  'fd.type': orNetwork('fd.type', { [OPEN]: openType('file', 'directory'), [UNIX]: constant('unix') }),
  'fd.typechar': orNetwork('fd.typechar', { [OPEN]: openType('f', 'd'), [UNIX]: constant('u') }),
  'fd.sockfamily': orNetwork('fd.sockfamily', { [UNIX]: constant('unix') }),
  'fd.num': byKind({
    [OPEN]: number((c) => nonNegative(c.cursor.i32(Header.result))),
    [UNIX]: number((c) => c.cursor.i32(NetUnix.fd)),
    [Kind.NetConnect]: number((c) => c.cursor.i32(NetConnect.fd)),
    [Kind.NetAccept]: number((c) => nonNegative(c.cursor.i32(NetConnect.fd))),
    [Kind.NetListen]: number((c) => c.cursor.i32(NetConnect.fd)),
    [Kind.NetUdp]: number((c) => c.cursor.i32(NetUdp.fd)),
  }),
  'fd.connected': orNetwork('fd.connected', {
    [UNIX]: { type: 'bool', get: (c) => c.cursor.i32(Header.result) === 0 },
  }),
  'fd.name_changed': orNetwork('fd.name_changed', { [UNIX]: { type: 'constant', value: true } }),
  'fd.ino': ({ kind }) => recordField('fd.ino', kind),
  'fd.dev': ({ kind }) => recordField('fd.dev', kind),
  'fs.path.name': byKind({ [OPEN]: openPath, [MODIFY]: recordText(FileModify.path) }),
  'fs.path.nameraw': byKind({
    [OPEN]: text((c) => c.text(FileOpen.name) || c.text(FileOpen.path) || undefined),
    [MODIFY]: recordText(FileModify.path),
  }),
  'fs.path.source': byKind({ [MODIFY]: recordText(FileModify.path), [NOTABLE]: recordText(SyscallNotable.path) }),
  'fs.path.target': byKind({ [MODIFY]: recordText(FileModify.target), [NOTABLE]: recordText(SyscallNotable.target) }),
};

const nonNegative = (value: number): number => (value < 0 ? Number.NaN : value);

function directoryOf(path: string): string | undefined {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return undefined;
  return slash === 0 ? '/' : path.slice(0, slash);
}
