import { createHash } from 'node:crypto';
import { Header, HeaderFlag, type KindInfo } from '@picket/sdk';
import { addressText } from '../fields/address-text.ts';
import type { EventContext } from '../fields/event-context.ts';
import { resolveUse } from '../fields/resolve-field.ts';
import { showSource } from '../fields/show-value.ts';
import type { FieldUse } from '../language/syntax-tree.ts';
import type { Join, JoinWord } from '../load/extensions.ts';

/** What an event has in common with others, as one text; undefined when it lacks a part of it. */
export type KeyOf = (c: EventContext) => string | undefined;

/** Longer values are told by a digest, so that a key can not fill the memory. */
const MAX_VALUE = 128;
const KEPT = 64;

/** The container of an event by its cgroup: that is known before anything else of it is. */
export function containerKey(c: EventContext): string {
  if (c.container) return c.container.cgroup;
  return (c.cursor.flags & HeaderFlag.host) !== 0 ? 'host' : String(c.cursor.u64(Header.cgroup));
}

const WORDS: Readonly<Record<JoinWord, KeyOf>> = {
  process: (c) => (c.cursor.tgid === 0 ? undefined : `${c.cursor.tgid}.${c.cursor.start}`),
  session: (c) => (c.process?.sid ? String(c.process.sid) : undefined),
  container: containerKey,
  pod: (c) => c.container?.podUid || containerKey(c),
  node: () => '',
};

/** The parts of a join for events of a kind; undefined when no event of it has all of the fields. */
export function compileParts(join: Join, kind: KindInfo): readonly KeyOf[] | undefined {
  const parts = join.map((part) => (typeof part === 'string' ? WORDS[part] : fieldText(part, kind)));
  return parts.includes(undefined) ? undefined : (parts as readonly KeyOf[]);
}

/** The same where a value that is absent is the empty text. */
export const compileLooseParts = (join: Join, kind: KindInfo): readonly ((c: EventContext) => string)[] =>
  join.map((part) => {
    const get = typeof part === 'string' ? WORDS[part] : fieldText(part, kind);
    return (c) => get?.(c) ?? '';
  });

/** The value of a field as text, of bounded length; undefined when events of the kind do not have it. */
export function fieldText(use: FieldUse, kind: KindInfo): KeyOf | undefined {
  const source = resolveUse(use, kind);
  const [place] = source?.type === 'ips' && source.get.length === 1 ? source.get : [];
  if (place)
    return (c) => {
      const at = place(c);
      return at < 0 ? undefined : addressText(c.cursor.bytes, at);
    };
  return (
    source &&
    ((c) => {
      const value = showSource(source, c);
      return value === undefined ? undefined : bounded(value);
    })
  );
}

/** Undefined when no event of the kind has all that is joined by. */
export function compileKey(join: Join, kind: KindInfo): KeyOf | undefined {
  const parts = compileParts(join, kind);
  const [first, second] = parts ?? [];
  if (parts?.length === 2 && first && second) return joinTwo(first, second);
  return parts && ((c) => joined(parts, c));
}

/** Keys that are remembered; when there are more, all are forgotten. */
const MAX_KEYS = 4096;

/** The same text is the same object for the same parts: whoever looks it up need not read it again. */
function joinTwo(first: KeyOf, second: KeyOf): KeyOf {
  const keys = new Map<string, Map<string, string>>();
  let count = 0;
  return (c) => {
    const [a, b] = [first(c), second(c)];
    if (a === undefined || b === undefined) return undefined;
    const known = keys.get(a)?.get(b);
    if (known !== undefined) return known;
    if (++count > MAX_KEYS) {
      keys.clear();
      count = 1;
    }
    const key = part(a) + part(b);
    const of = keys.get(a) ?? new Map<string, string>();
    keys.set(a, of.set(b, key));
    return key;
  };
}

/** The length before each part makes sure that no two lists of parts give one key. */
const part = (value: string): string => `${value.length}:${value}`;

function joined(parts: readonly KeyOf[], c: EventContext): string | undefined {
  let key = '';
  for (const of of parts) {
    const value = of(c);
    if (value === undefined) return undefined;
    key += part(value);
  }
  return key;
}

/** A text of more than 128 characters as its beginning and its digest, which is longer than any text that stays. */
export function bounded(text: string): string {
  if (text.length <= MAX_VALUE) return text;
  return `${text.slice(0, KEPT)}~${createHash('sha256').update(text).digest('hex')}`;
}
