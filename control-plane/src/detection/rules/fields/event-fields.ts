import { type EventCursor, Header, HeaderFlag, Kind } from '@picket/sdk';
import { resultName } from '../names/errno.ts';
import { syscallName } from '../names/syscalls.ts';
import { argumentTexts } from './argument-fields.ts';
import type { EventContext } from './event-context.ts';
import { byKind, type FieldFactory, type FieldSource, type FieldTable, number, text, texts } from './field-source.ts';
import { OpenAccess } from './open-access.ts';

const access = (bit: number): FieldFactory =>
  byKind({ [Kind.FileOpen]: { type: 'bool', pure: 'access', get: (c) => (c.access & bit) !== 0 } });

const constant =
  (value: string | boolean): FieldFactory =>
  () => ({ type: 'constant', value });

/** The result of an exit is a status: no exit fails. */
const failed: FieldFactory = ({ kind }) =>
  kind.id === Kind.ProcessExit
    ? { type: 'constant', value: false }
    : {
        type: 'bool',
        ...(kind.id === Kind.FileOpen ? { pure: 'access' } : {}),
        get: (c) => c.cursor.i32(Header.result) < 0,
      };

const type: FieldFactory = ({ kind }): FieldSource | undefined => {
  const first = kind.types[0];
  if (first === undefined) return undefined;
  const known = new Set(kind.types);
  const nameOf = (syscall: number) => {
    const name = syscallName(syscall);
    return name !== undefined && known.has(name) ? name : first;
  };
  return { type: 'call', names: kind.types, nameOf };
};

/** Fields that begin with `evt.` or `picket.`, the arguments apart. */
export const EVENT_FIELDS: FieldTable = {
  'evt.type': type,
  'evt.time': () => text((c) => new Date(wallMs(c)).toISOString().slice(11, 19) + fraction(c)),
  'evt.time.iso8601': () => text((c) => `${new Date(wallMs(c)).toISOString().slice(0, 19)}${fraction(c)}Z`),
  'evt.rawtime': () => number((c) => Number(wallNs(c))),
  'evt.dir': constant('<'),
  'evt.source': constant('syscall'),
  'evt.res': ({ kind }) =>
    kind.id === Kind.ProcessExit
      ? { type: 'constant', value: 'SUCCESS' }
      : text((c) => resultName(c.cursor.i32(Header.result))),
  'evt.failed': failed,
  'evt.args': ({ kind }) => argumentTexts(kind),
  'evt.is_open_read': access(OpenAccess.read),
  'evt.is_open_write': access(OpenAccess.write),
  'evt.is_open_exec': access(OpenAccess.executable),
  'evt.is_open_create': access(OpenAccess.created),
  'picket.kind': ({ kind }) => ({ type: 'constant', value: kind.name }),
  'picket.flags': () => texts((c) => flagNames(c.cursor)),
};

const wallNs = (c: EventContext): bigint => c.cursor.big(Header.time) + c.wallOffset;
const wallMs = (c: EventContext): number => Number(wallNs(c) / 1_000_000n);
const fraction = (c: EventContext): string => `.${String(wallNs(c) % 1_000_000_000n).padStart(9, '0')}`;

const FLAG_NAMES = Object.entries(HeaderFlag).map(
  ([name, bit]) => [name.replace(/[A-Z]/g, (letter) => `_${letter.toLowerCase()}`), bit] as const,
);

const flagNames = (cursor: EventCursor): string[] =>
  FLAG_NAMES.filter(([, bit]) => (cursor.flags & bit) !== 0).map(([name]) => name);
