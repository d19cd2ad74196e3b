import { FileOpen, Header, Kind, NetConnect, NetUdp, NetUnix } from '@picket/sdk';
import type { EventContext } from './event-context.ts';
import { byKind, type FieldFactory, type FieldSource, type FieldTable, number, text } from './field-source.ts';
import { changedPath } from './file-change.ts';
import { NETWORK_FIELDS } from './network-fields.ts';
import { OpenAccess } from './open-access.ts';
import { recordField } from './record-field.ts';

const { FileOpen: OPEN, FileModify: MODIFY, NetUnix: UNIX } = Kind;

const pureText = (get: (path: string) => string | undefined): FieldSource => ({
  type: 'text',
  pure: 'path',
  get: (c) => {
    const path = c.text(FileOpen.path);
    return path === '' ? undefined : get(path);
  },
});
const openPath = pureText((path) => path);
const isFailed = (c: EventContext): boolean => (c.access & OpenAccess.failed) !== 0;
/** Falco knows no `fs.path` of a call that failed. */
const openedPath: FieldSource = {
  type: 'text',
  pure: 'path',
  get: (c) => (isFailed(c) ? undefined : c.text(FileOpen.path) || undefined),
};

const isAbstract = (c: EventContext): boolean => c.cursor.u32(NetUnix.abstract) !== 0;

/** The name of a unix socket. An abstract one is written as the system's tools do: @ for the zero bytes in it. */
function unixName(c: EventContext): string | undefined {
  const name = c.text(NetUnix.path);
  return isAbstract(c) ? `@${name.replaceAll('\0', '@')}` : name || undefined;
}
/** Only a path has folders. */
const ofUnixPath = (get: (c: EventContext) => string | undefined): FieldSource =>
  text((c) => (isAbstract(c) ? undefined : get(c)));

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
  'fd.name': orNetwork('fd.name', { [OPEN]: openPath, [MODIFY]: changedPath.descriptor, [UNIX]: text(unixName) }),
  'fd.nameraw': byKind({ [OPEN]: text((c) => c.text(FileOpen.name) || c.text(FileOpen.path) || undefined) }),
  'fd.directory': byKind({
    [OPEN]: pureText(directoryOf),
    [UNIX]: ofUnixPath((c) => directoryOf(c.text(NetUnix.path))),
  }),
  'fd.filename': byKind({
    [OPEN]: { type: 'text', pure: 'path', get: (c) => c.filename(FileOpen.path) || undefined },
    [UNIX]: ofUnixPath((c) => c.filename(NetUnix.path) || undefined),
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
  'fs.path.name': byKind({ [OPEN]: openedPath, [MODIFY]: changedPath.name }),
  'fs.path.nameraw': byKind({
    [OPEN]: text((c) => (isFailed(c) ? undefined : c.text(FileOpen.name) || c.text(FileOpen.path) || undefined)),
    [MODIFY]: changedPath.name,
  }),
  'fs.path.source': byKind({ [MODIFY]: changedPath.source }),
  'fs.path.target': byKind({ [MODIFY]: changedPath.target }),
};

const nonNegative = (value: number): number => (value < 0 ? Number.NaN : value);

function directoryOf(path: string): string | undefined {
  const slash = path.lastIndexOf('/');
  if (slash < 0) return undefined;
  return slash === 0 ? '/' : path.slice(0, slash);
}
