import { Header } from '@picket/sdk';
import { groupOf, type UserEntry, userOf } from './account-names.ts';
import type { EventContext } from './event-context.ts';
import { type FieldFactory, type FieldTable, number, text } from './field-source.ts';

const UNSET = 4_294_967_295;

/** Group and login are known from an exec, the user from every record. */
const gidOf = (c: EventContext): number => (c.process?.exepath ? c.process.gid : Number.NaN);

const ofUser =
  (get: (user: UserEntry) => string): FieldFactory =>
  () =>
    text((c) => {
      const user = userOf(c.accounts, c.cursor.u32(Header.uid));
      return (user && get(user)) || undefined;
    });

/** A login that is not set is nobody's: its number must not find the line of one in a file. */
function loginName(c: EventContext): string | undefined {
  const uid = c.process?.loginuid ?? UNSET;
  return uid === UNSET ? undefined : userOf(c.accounts, uid)?.name || undefined;
}

/** Fields of the user and group of a process, `user.*` and `group.*`: names as the container's own files give them. */
export const USER_FIELDS: FieldTable = {
  'user.uid': () => number((c) => c.cursor.u32(Header.uid)),
  'user.name': ofUser(({ name }) => name),
  'user.homedir': ofUser(({ home }) => home),
  'user.shell': ofUser(({ shell }) => shell),
  'user.loginuid': () =>
    number((c) => {
      const uid = c.process?.loginuid;
      if (uid === undefined) return Number.NaN;
      return uid === UNSET ? -1 : uid;
    }),
  'user.loginname': () => text(loginName),
  'group.gid': () => number(gidOf),
  'group.name': () => text((c) => groupOf(c.accounts, gidOf(c)) || undefined),
};
