import { compileGlob, type Glob } from './glob.ts';

/** What an operator said about a token. It is kept apart from what was learned, so that learning again leaves it alone. */
export interface OperatorEntry {
  /** `<class>:<text>` */
  readonly token: string;
  /** True: `*` stands for any part of a name, `**` for any text. Else the token is taken as it is. */
  readonly isPattern?: true | undefined;
  readonly reason: string;
  readonly by: string;
  /** ms since 1970 */
  readonly at: number;
}

export interface OperatorEntries {
  /** Belongs to the workload, seen or not. */
  readonly allowed: readonly OperatorEntry[];
  /** Does not belong to it, whatever was learned. */
  readonly removed: readonly OperatorEntry[];
}

export const NO_ENTRIES: OperatorEntries = { allowed: [], removed: [] };

/** Entries of each of both lists. */
export const MOST_ENTRIES = 1000;

/** Entries ready to be asked. */
export class EntryMatcher {
  readonly exact = new Set<string>();
  readonly #globs: Glob[] = [];

  constructor(entries: readonly OperatorEntry[]) {
    for (const { token, isPattern } of entries)
      if (isPattern) this.#globs.push(compileGlob(token));
      else this.exact.add(token);
  }

  matches(token: string): boolean {
    return this.exact.has(token) || this.matchesPattern(token);
  }

  matchesPattern(token: string): boolean {
    return this.#globs.some((glob) => glob.test(token));
  }

  get isEmpty(): boolean {
    return this.exact.size === 0 && this.#globs.length === 0;
  }
}

/**
 * Adds entries to one of the lists; a token stands in one of both only, and the newest word about it holds.
 * @param list the one they are added to
 */
export function addEntries(
  entries: OperatorEntries,
  list: keyof OperatorEntries,
  added: readonly OperatorEntry[],
): OperatorEntries {
  const names = new Set(added.map(nameOf));
  const others = (kept: readonly OperatorEntry[]) => kept.filter((entry) => !names.has(nameOf(entry)));
  const { allowed, removed } = entries;
  return list === 'allowed'
    ? { allowed: [...others(allowed), ...added], removed: others(removed) }
    : { allowed: others(allowed), removed: [...others(removed), ...added] };
}

const nameOf = ({ token, isPattern }: OperatorEntry): string => `${isPattern ? '~' : '='}${token}`;
