import { type EventCursor, FileFlag, FileOpen, Header } from '@picket/sdk';

const O_ACCMODE = 3;
const O_WRONLY = 1;
const O_RDWR = 2;
const O_PATH = 0o10000000;
const S_IFMT = 0o170000;
const S_IFDIR = 0o040000;
const S_IFREG = 0o100000;
const ANY_EXECUTE = 0o111;

/** What a file.open record says of the access, apart from the path. Together with the path it is what the screen keys on. */
export const OpenAccess = { read: 1, write: 2, failed: 4, created: 8, executable: 16, directory: 32 } as const;

/** Bits of OpenAccess for the current record, which must be a file.open. A failed open is only `failed`. */
export function openAccess(cursor: EventCursor): number {
  if (cursor.i32(Header.result) < 0) return OpenAccess.failed;
  const flags = cursor.u32(FileOpen.openFlags);
  const mode = cursor.u32(FileOpen.fileMode);
  let bits = accessBits(flags);
  if ((cursor.u32(FileOpen.fileFlags) & FileFlag.created) !== 0) bits |= OpenAccess.created;
  if ((mode & S_IFMT) === S_IFDIR) bits |= OpenAccess.directory;
  else if ((mode & S_IFMT) === S_IFREG && (mode & ANY_EXECUTE) !== 0) bits |= OpenAccess.executable;
  return bits;
}

/** O_PATH gives a name, not the content. */
function accessBits(flags: number): number {
  if ((flags & O_PATH) !== 0) return 0;
  const mode = flags & O_ACCMODE;
  if (mode === O_RDWR) return OpenAccess.read | OpenAccess.write;
  if (mode === O_WRONLY) return OpenAccess.write;
  return mode === 0 ? OpenAccess.read : 0;
}
