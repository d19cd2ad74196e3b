import { FileModify, Header } from '@picket/sdk';
import { callIs } from './call-is.ts';
import type { EventContext } from './event-context.ts';
import { type FieldSource, text } from './field-source.ts';

export const isRename: (c: EventContext) => boolean = callIs('rename', 'renameat', 'renameat2');
export const isLink: (c: EventContext) => boolean = callIs('link', 'linkat');
export const isSymlink: (c: EventContext) => boolean = callIs('symlink', 'symlinkat');
export const isChmod: (c: EventContext) => boolean = callIs('chmod', 'fchmod', 'fchmodat', 'fchmodat2');
export const isMkdir: (c: EventContext) => boolean = callIs('mkdir', 'mkdirat');
const isOnDescriptor = callIs('fchmod', 'fchown', 'ftruncate');

const first = (c: EventContext): string | undefined => c.text(FileModify.path) || undefined;
const second = (c: EventContext): string | undefined => c.text(FileModify.target) || undefined;

/** The path of a call that names one file only, done or refused. */
export const onlyPath = (c: EventContext): string | undefined =>
  isRename(c) || isLink(c) || isSymlink(c) ? undefined : first(c);

/** Falco knows no `fs.path` of a call that failed. */
const whenDone = (get: (c: EventContext) => string | undefined): FieldSource =>
  text((c) => (c.cursor.i32(Header.result) < 0 ? undefined : get(c)));

/**
 * What `fs.path.*` and `fd.name` mean for file.modify, as in Falco: a rename has the old name as source and the new one
 * as target; of links of both kinds the new link is the source and what it leads to the target.
 */
export const changedPath = {
  name: whenDone(onlyPath),
  source: whenDone((c) => (isRename(c) ? first(c) : second(c))),
  target: whenDone((c) => (isRename(c) ? second(c) : isLink(c) || isSymlink(c) ? first(c) : undefined)),
  descriptor: text((c) => (isOnDescriptor(c) ? first(c) : undefined)),
} as const satisfies Record<string, FieldSource>;
