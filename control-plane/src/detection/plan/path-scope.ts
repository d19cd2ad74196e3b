import { PATH_NAME_BYTES, PATH_PREFIX_BYTES } from '@picket/sdk';

/** Paths that begin with `prefix`, or whose last component is `name`, as the kernel compares them. */
export interface PathEntry {
  readonly prefix?: string;
  readonly name?: string;
  /** The rule names a place; otherwise this is what a pattern begins with, or a whole region. */
  readonly named: boolean;
}

/** A set of paths that holds at least those that were meant. */
export type PathScope = 'nothing' | 'everything' | readonly PathEntry[];

/** More bytes than this the kernel does not search for the beginning of the last component. */
const LONGEST_NAME = 255;
/** What a name is worth when one of two scopes is to be taken: as much as a prefix of so many bytes. */
const NAME_WORTH = 24;

const utf8 = new TextEncoder();
const bytesOf = (text: string): number => utf8.encode(text).length;

export function unionScopes(scopes: readonly PathScope[]): PathScope {
  if (scopes.includes('everything')) return 'everything';
  const entries = scopes.flatMap((scope) => (typeof scope === 'string' ? [] : scope));
  return entries.length === 0 ? 'nothing' : entries;
}

/** Paths must be in all of them, so the smallest one will do. */
export function smallestScope(scopes: readonly PathScope[]): PathScope {
  let best: PathScope = 'everything';
  for (const scope of scopes) if (sizeOf(scope) < sizeOf(best)) best = scope;
  return best;
}

/** A guess at how many opens a scope lets through; only its order counts. */
function sizeOf(scope: PathScope): number {
  if (scope === 'nothing') return 0;
  if (scope === 'everything') return Number.POSITIVE_INFINITY;
  return scope.reduce((sum, { prefix }) => sum + 2 ** -(prefix === undefined ? NAME_WORTH : prefix.length), 0);
}

/** Paths that begin with a text. */
export function prefixScope(text: string, named: boolean): PathScope {
  const prefix = cut(comparable(text), PATH_PREFIX_BYTES);
  return prefix === '' ? 'everything' : [{ prefix, named: named && isPlace(prefix) }];
}

/** Paths whose last component is `text`. */
export function nameScope(text: string): PathScope {
  if (text === '' || comparable(text) !== text || text.includes('/') || bytesOf(text) > LONGEST_NAME)
    return 'everything';
  const name = cut(text, PATH_NAME_BYTES);
  // a character that straddles the limit can not be cut like the kernel does
  return bytesOf(text) > PATH_NAME_BYTES && bytesOf(name) < PATH_NAME_BYTES ? 'everything' : [{ name, named: true }];
}

/** Below these lie programs and libraries, which everybody reads all the time. */
const TRAVELLED = new Set(['bin', 'sbin', 'lib', 'lib64', 'opt', 'usr']);

/** Whether so little is read below a prefix that no limit is needed; not below a folder at the top, for example. */
function isPlace(prefix: string): boolean {
  const [top = '', ...more] = prefix.split('/').filter((part) => part !== '');
  return more.length > 0 && !TRAVELLED.has(top);
}

/** As far as bytes and characters say the same: records may hold bytes that are no UTF-8, read as U+FFFD. */
function comparable(text: string): string {
  const wellFormed = text.toWellFormed();
  const end = wellFormed.search(/[\0\uFFFD]/);
  return end < 0 ? wellFormed : wellFormed.slice(0, end);
}

/** The beginning that has at most `most` bytes, whole characters only. */
function cut(text: string, most: number): string {
  let out = '';
  let size = 0;
  for (const char of text) {
    size += bytesOf(char);
    if (size > most) break;
    out += char;
  }
  return out;
}
