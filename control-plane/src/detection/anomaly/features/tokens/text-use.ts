import { fileEntropy, labelEntropy } from '../counts/entropy.ts';
import { pathClass } from '../paths/path-class.ts';
import { tokenOf } from './clean-text.ts';
import { dnsClass } from './dns-class.ts';
import type { TextFacts } from './text-memo.ts';

/** What a text of a record is taken for: each use has tokens of its own. Below 64. */
export const TextUse = {
  read: 0,
  write: 1,
  /** Of the process itself, below /proc. */
  readOwn: 2,
  writeOwn: 3,
  removeFile: 4,
  removeFolder: 5,
  makeFolder: 6,
  mode: 7,
  modeExecute: 8,
  modeSetId: 9,
  owner: 10,
  truncate: 11,
  /** The class alone, of calls that name two paths. */
  bare: 12,
  unix: 13,
  abstract: 14,
  name: 15,
  program: 16,
} as const;
export type TextUse = (typeof TextUse)[keyof typeof TextUse];

const OPERATIONS: Readonly<Record<number, string>> = {
  [TextUse.removeFile]: 'unlink',
  [TextUse.removeFolder]: 'rmdir',
  [TextUse.makeFolder]: 'mkdir',
  [TextUse.mode]: 'chmod',
  [TextUse.modeExecute]: 'chmod+x',
  [TextUse.modeSetId]: 'chmod+s',
  [TextUse.owner]: 'chown',
  [TextUse.truncate]: 'truncate',
};

/** The token of a text for a use, and the entropy of what in it its owner may choose freely. */
export function textFacts(text: string, use: number): Pick<TextFacts, 'token' | 'entropy'> {
  if (use === TextUse.name) return { token: tokenOf('d', dnsClass(text)), entropy: labelEntropy(text) };
  return { token: pathToken(text, use), entropy: fileEntropy(text) };
}

function pathToken(path: string, use: number): string {
  switch (use) {
    case TextUse.read:
      return tokenOf('r', pathClass(path, 'read'));
    case TextUse.write:
      return tokenOf('w', pathClass(path, 'write'));
    case TextUse.readOwn:
      return tokenOf('r', pathClass(asOwn(path), 'read'));
    case TextUse.writeOwn:
      return tokenOf('w', pathClass(asOwn(path), 'write'));
    case TextUse.unix:
      return tokenOf('u', pathClass(path, 'program'));
    case TextUse.abstract:
      return tokenOf('u', `@${pathClass(path, 'program')}`);
    case TextUse.program:
      return pathClass(path, 'program');
    case TextUse.bare:
      return pathClass(path, 'write');
    default:
      return tokenOf('m', `${OPERATIONS[use] ?? 'change'} ${pathClass(path, 'write')}`);
  }
}

/** The id of the process that asks, in the place of which `self` is as true. */
const asOwn = (path: string): string => path.replace(/^\/proc\/\d+/, '/proc/self');
