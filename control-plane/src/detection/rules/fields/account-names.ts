import type { Accounts } from '../../../types.ts';

/** One line of a passwd file. */
export interface UserEntry {
  readonly name: string;
  readonly home: string;
  readonly shell: string;
}

/** What was made of a list lasts as long as the list: it is made when a rule asks, once for all its events. */
const users = new WeakMap<readonly string[], ReadonlyMap<number, UserEntry>>();
const groups = new WeakMap<readonly string[], ReadonlyMap<number, string>>();

/** The user of an id; undefined when the files do not name one. */
export function userOf(accounts: Accounts | undefined, uid: number): UserEntry | undefined {
  return accounts && kept(users, accounts.users, readUser).get(uid);
}

/** The name of a group; undefined when the files do not give one. */
export function groupOf(accounts: Accounts | undefined, gid: number): string | undefined {
  return accounts && kept(groups, accounts.groups, ([name = '']) => name).get(gid);
}

function readUser([name = '', , home = '', shell = '']: readonly string[]): UserEntry {
  return { name, home, shell };
}

function kept<T>(
  memory: WeakMap<readonly string[], ReadonlyMap<number, T>>,
  list: readonly string[],
  read: (words: readonly string[]) => T,
): ReadonlyMap<number, T> {
  const known = memory.get(list);
  if (known) return known;
  const made = new Map(
    list.map((entry): [number, T] => {
      const [id, ...words] = entry.split(':');
      return [Number(id), read(words)];
    }),
  );
  memory.set(list, made);
  return made;
}
