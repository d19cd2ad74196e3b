/** Users and groups of a container, as its files name them. Ids are those of the host. */
export interface Accounts {
  /** `uid:name:gid:home:shell` */
  readonly users: readonly string[];
  /** `gid:name` */
  readonly groups: readonly string[];
  /** The files have more entries than these. */
  readonly cut: boolean;
}

export const NO_ACCOUNTS: Accounts = { users: [], groups: [], cut: false };

/** Whether two say the same. */
export function sameAccounts(one: Accounts, other: Accounts): boolean {
  return one.cut === other.cut && sameList(one.users, other.users) && sameList(one.groups, other.groups);
}

const sameList = (one: readonly string[], other: readonly string[]) =>
  one.length === other.length && one.every((entry, i) => entry === other[i]);
