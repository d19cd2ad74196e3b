import { type EventCursor, FileFlag, FileModify, FileOpen, Header } from '@picket/sdk';
import type { NodeView } from '../../../../types.ts';
import { syscallNumber } from '../../../rules/names/syscalls.ts';
import { addToSketch, Sketch } from '../counts/sketches.ts';
import { Scalar } from '../scalars.ts';
import { tokenOf } from '../tokens/clean-text.ts';
import type { TextMemo } from '../tokens/text-memo.ts';
import { TextUse } from '../tokens/text-use.ts';
import type { WindowSum } from './window-sum.ts';

const O_ACCMODE = 3;
const O_CREAT = 0o100;
const O_TRUNC = 0o1000;
const EPERM = -1;
const EACCES = -13;
const SET_ID = 0o6000;
const EXECUTE = 0o111;
const AT_REMOVEDIR = 0x200;
/** "/proc/" as it lies in memory. */
const PROC = [...'/proc/'].map((char) => char.charCodeAt(0));

/** What a call of file.modify does. */
type Change = 'rename' | 'unlink' | 'link' | 'symlink' | 'chmod' | 'chown' | 'mkdir' | 'rmdir' | 'truncate';
const CHANGES: Readonly<Record<Change, readonly string[]>> = {
  rename: ['rename', 'renameat', 'renameat2'],
  unlink: ['unlink', 'unlinkat'],
  link: ['link', 'linkat'],
  symlink: ['symlink', 'symlinkat'],
  chmod: ['chmod', 'fchmod', 'fchmodat', 'fchmodat2'],
  chown: ['chown', 'fchown', 'lchown', 'fchownat'],
  mkdir: ['mkdir', 'mkdirat'],
  rmdir: ['rmdir'],
  truncate: ['truncate', 'ftruncate'],
};
const changeOf = new Map<number, Change>();
for (const [change, calls] of Object.entries(CHANGES))
  for (const call of calls) changeOf.set(syscallNumber(call) ?? -1, change as Change);

const SCALAR_OF: Readonly<Record<Change, number | undefined>> = {
  rename: Scalar.renames,
  unlink: Scalar.removals,
  rmdir: Scalar.removals,
  link: Scalar.links,
  symlink: Scalar.links,
  chmod: Scalar.attributes,
  chown: Scalar.attributes,
  truncate: Scalar.truncates,
  mkdir: undefined,
};

export function countOpen(cursor: EventCursor, view: NodeView, sum: WindowSum, memo: TextMemo): void {
  const count = cursor.u32(FileOpen.count) || 1;
  const result = cursor.i32(Header.result);
  const flags = cursor.u32(FileOpen.openFlags);
  const isWrite = (flags & O_ACCMODE) !== 0 || (flags & O_TRUNC) !== 0;
  const isCreated = (cursor.u32(FileOpen.fileFlags) & FileFlag.created) !== 0;
  sum.add(Scalar.opens, count);
  if (result < 0) {
    sum.add(Scalar.opens_failed, count);
    if (result === EACCES || result === EPERM) sum.add(Scalar.opens_denied, count);
  }
  const asks = isWrite || isCreated || (result < 0 && (flags & O_CREAT) !== 0);
  if (asks) sum.add(Scalar.opens_write, count);
  if (isCreated) sum.add(Scalar.opens_created, 1);
  if (cursor.stringLength(FileOpen.path) === 0) return;
  const isOwn = isOwnProcess(cursor, FileOpen.path, view);
  const use = asks ? (isOwn ? TextUse.writeOwn : TextUse.write) : isOwn ? TextUse.readOwn : TextUse.read;
  const facts = memo.get(cursor, FileOpen.path, use);
  sum.marked(facts, count);
  addToSketch(sum.sketches, Sketch.paths, facts.hash);
  if (asks) sum.raise(Scalar.file_entropy, facts.entropy);
}

export function countModify(cursor: EventCursor, sum: WindowSum, memo: TextMemo): void {
  const count = cursor.u32(FileModify.count) || 1;
  const change = changeOf.get(cursor.u16(Header.syscall));
  if (!change) return;
  const scalar = SCALAR_OF[change];
  if (scalar !== undefined) sum.add(scalar, count);
  if (cursor.stringLength(FileModify.path) === 0) return;
  const hasTwo = change === 'rename' || change === 'link' || change === 'symlink';
  const facts = memo.get(cursor, FileModify.path, hasTwo ? TextUse.bare : useOf(change, cursor));
  addToSketch(sum.sketches, Sketch.paths, facts.hash);
  if (!hasTwo) {
    sum.marked(facts, count);
    return;
  }
  const target = memo.get(cursor, FileModify.target, TextUse.bare);
  sum.raise(Scalar.file_entropy, target.entropy);
  sum.token(pairToken(change, facts.token, target.token), count);
}

function useOf(change: Change, cursor: EventCursor): TextUse {
  switch (change) {
    case 'mkdir':
      return TextUse.makeFolder;
    case 'rmdir':
      return TextUse.removeFolder;
    case 'chown':
      return TextUse.owner;
    case 'truncate':
      return TextUse.truncate;
    case 'chmod': {
      const mode = cursor.u32(FileModify.mode);
      return (mode & SET_ID) !== 0 ? TextUse.modeSetId : (mode & EXECUTE) !== 0 ? TextUse.modeExecute : TextUse.mode;
    }
    default:
      return (cursor.u32(FileModify.callFlags) & AT_REMOVEDIR) !== 0 ? TextUse.removeFolder : TextUse.removeFile;
  }
}

/** A rename within a folder is told by its new name, all else by both names. */
function pairToken(change: Change, from: string, to: string): string {
  const folder = (path: string) => path.slice(0, path.lastIndexOf('/'));
  if (change === 'rename' && folder(from) === folder(to)) return tokenOf('m', `rename ${to}`);
  // `to` is the new name of a rename and the link of a link
  return tokenOf('m', `${change} ${from} > ${to}`);
}

/** Whether a path below /proc is that of the process that asks for it. */
function isOwnProcess(cursor: EventCursor, field: number, view: NodeView): boolean {
  const { bytes } = cursor;
  const at = cursor.stringAt(field);
  for (let i = 1; i < 6; i++) if (bytes[at + i] !== PROC[i]) return false;
  const end = at + cursor.stringLength(field);
  let id = 0;
  for (let i = at + 6; i < end; i++) {
    const digit = (bytes[i] as number) - 48;
    if (digit < 0 || digit > 9) break;
    id = id * 10 + digit;
  }
  if (id === 0) return false;
  if (id === cursor.tgid || id === cursor.u32(Header.tid)) return true;
  // of one of which the id is not known, the likelier thing is taken
  const vpid = view.processOf(cursor)?.vpid ?? 0;
  return vpid === 0 || vpid === id;
}
