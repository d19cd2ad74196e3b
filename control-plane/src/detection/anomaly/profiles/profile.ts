import { countNewTokens, type NewTokens, newTokenChance } from './new-token-rate.ts';
import { EntryMatcher, NO_ENTRIES, type OperatorEntries } from './operator-entries.ts';
import { decodeProfile, encodeProfile, MOST_PROFILE_BYTES, type ProfileData } from './profile-codec.ts';
import { ProfileError } from './profile-error.ts';
import { calmDays } from './token-classes.ts';
import { classOf, type TokenStat, textOf } from './token-stat.ts';
import { type Wildcard, Wildcards } from './wildcards/wildcards.ts';

/** What a profile was learned from. */
export interface ProfileOptions {
  /** Windows of 10 s. */
  readonly windows: number;
  /** Containers. */
  readonly runs: number;
  /** Containers that were seen from their first window on; all of them when left out. */
  readonly startsSeen?: number | undefined;
  /** Containers that were seen to their end; all of them when left out. */
  readonly endsSeen?: number | undefined;
  /** ms since 1970; taken from the tokens when left out. */
  readonly from?: number | undefined;
  readonly to?: number | undefined;
  /** Some windows were left out for losses or missing metadata, so that something may be missing in the profile too. */
  readonly lossy?: boolean | undefined;
  /** Tokens that had found no room before. */
  readonly overflow?: number | undefined;
  /** What an operator said; it goes over from the profile before. */
  readonly operator?: OperatorEntries | undefined;
}

export interface ProfileStats {
  readonly tokens: number;
  /** Tokens by the letter of their class. */
  readonly classes: Readonly<Record<string, number>>;
  readonly wildcards: number;
  readonly windows: number;
  readonly runs: number;
  readonly hours: number;
  /** What containers do at their start was not seen. */
  readonly startUnknown: boolean;
  readonly lossy: boolean;
  /** Tokens that found no room. */
  readonly overflow: number;
  readonly allowed: number;
  readonly removed: number;
  readonly bytes: number;
}

const MOST_TOKENS = 8000;
/** Room for operator entries, and for what numbers take. */
const MOST_TEXT = MOST_PROFILE_BYTES / 2;
const BYTES_PER_TOKEN = 12;
const MS_PER_HOUR = 3_600_000;
const ASK_PATTERNS = 4096;

/** What a workload does, as words. It does not change: what is learned or said makes another one. */
export class Profile {
  readonly #data: ProfileData;
  readonly #saved: Uint8Array;
  /** Learned and not removed, and allowed. */
  readonly #exact = new Set<string>();
  readonly #wildcards: Wildcards;
  readonly #allowed: EntryMatcher;
  readonly #removed: EntryMatcher;
  readonly #rates: ReadonlyMap<string, NewTokens>;
  /** Answers for tokens that are not among the exact ones: the same ones come again and again. */
  readonly #asked = new Map<string, boolean>();

  private constructor(data: ProfileData, saved: Uint8Array) {
    this.#data = data;
    this.#saved = saved;
    this.#allowed = new EntryMatcher(data.operator.allowed);
    this.#removed = new EntryMatcher(data.operator.removed);
    for (const { token } of data.tokens) if (!this.#removed.matches(token)) this.#exact.add(token);
    for (const token of this.#allowed.exact) this.#exact.add(token);
    this.#wildcards = new Wildcards(data.tokens.map(({ token }) => token));
    const alone = data.tokens.filter(({ token }) => !this.#wildcards.covers(token));
    this.#rates = countNewTokens(alone, data);
  }

  /**
   * Tokens beyond the bounds are left out, those that came in the fewest windows first, and counted.
   * @throws ProfileError PROFILE_TOO_LARGE when an operator said too much
   */
  static of(tokens: Iterable<TokenStat>, options: ProfileOptions): Profile {
    const { kept, overflow: refused } = bounded(tokens);
    const overflow = refused + (options.overflow ?? 0);
    const { windows, runs, startsSeen = runs, endsSeen = runs, lossy = false, operator = NO_ENTRIES } = options;
    const from = options.from ?? kept.reduce((first, { firstSeen }) => Math.min(first, firstSeen), Infinity);
    const to = options.to ?? kept.reduce((last, { lastSeen }) => Math.max(last, lastSeen), 0);
    const begin = Math.floor(Number.isFinite(from) ? from : 0);
    const end = Math.max(begin, Math.ceil(to));
    const data = { tokens: kept, windows, runs, startsSeen, endsSeen, from: begin, to: end, lossy, overflow, operator };
    const saved = encodeProfile(data);
    if (saved.length > MOST_PROFILE_BYTES) throw tooLarge(saved.length);
    // read back, so that a new profile and a loaded one are the same to the last bit
    return new Profile(decodeProfile(saved), saved);
  }

  /** @throws ProfileError PROFILE_MALFORMED, PROFILE_VERSION */
  static load(bytes: Uint8Array): Profile {
    return new Profile(decodeProfile(bytes), Uint8Array.from(bytes));
  }

  save(): Uint8Array {
    return this.#saved;
  }

  /** Of the saved profile. */
  get bytes(): number {
    return this.#saved.length;
  }

  /** Whether the token belongs to the workload: seen while learning, covered by a wildcard, or allowed, and not removed. */
  knows(token: string): boolean {
    return this.#exact.has(token) || this.#knowsByPattern(token);
  }

  #knowsByPattern(token: string): boolean {
    const asked = this.#asked.get(token);
    if (asked !== undefined) return asked;
    const answer =
      this.#allowed.matchesPattern(token) || (this.#wildcards.covers(token) && !this.#removed.matches(token));
    if (this.#asked.size >= ASK_PATTERNS) this.#asked.clear();
    this.#asked.set(token, answer);
    return answer;
  }

  /** What was learned, in the order of the tokens; removed ones too. */
  get tokens(): readonly TokenStat[] {
    return this.#data.tokens;
  }

  /** What was learned of one token. */
  stat(token: string): TokenStat | undefined {
    const { tokens } = this.#data;
    let low = 0;
    let high = tokens.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((tokens[middle] as TokenStat).token < token) low = middle + 1;
      else high = middle;
    }
    return tokens[low]?.token === token ? tokens[low] : undefined;
  }

  get wildcards(): readonly Wildcard[] {
    return this.#wildcards.list;
  }

  get operator(): OperatorEntries {
    return this.#data.operator;
  }

  /** The same with other words of the operator. */
  withOperator(operator: OperatorEntries): Profile {
    return Profile.of(this.#data.tokens, { ...this.#data, operator });
  }

  /** Both together, as of two images of a workload. What operators said of this one holds where both speak. */
  merge(other: Profile): Profile {
    const tokens = new Map(this.#data.tokens.map((stat) => [stat.token, stat]));
    for (const stat of other.#data.tokens) tokens.set(stat.token, added(tokens.get(stat.token), stat));
    const [a, b] = [this.#data, other.#data];
    return Profile.of(tokens.values(), {
      windows: a.windows + b.windows,
      runs: a.runs + b.runs,
      startsSeen: a.startsSeen + b.startsSeen,
      endsSeen: a.endsSeen + b.endsSeen,
      from: Math.min(a.from, b.from),
      to: Math.max(a.to, b.to),
      lossy: a.lossy || b.lossy,
      overflow: a.overflow + b.overflow,
      operator: joined(a.operator, b.operator),
    });
  }

  /** What is known of a class, the usual first: texts of tokens, at most so many. */
  usual(letter: string, most: number): string[] {
    const known = this.#data.tokens.filter(({ token }) => classOf(token) === letter && this.#exact.has(token));
    known.sort((a, b) => b.windows - a.windows || compare(a.token, b.token));
    return known.slice(0, most).map(({ token }) => textOf(token));
  }

  /** Tokens of a class that are known. */
  count(letter: string): number {
    return this.#data.tokens.reduce((sum, { token }) => sum + (classOf(token) === letter ? 1 : 0), 0);
  }

  /** -log10 of the chance that an ordinary window of 10 s has a token of the class that the profile does not know. */
  strangeness(letter: string): number {
    const rate = this.#rates.get(letter) ?? { events: 0, windows: this.#data.windows };
    return -Math.log10(newTokenChance(rate, calmDays(letter)));
  }

  /** When it was learned, ms since 1970, and how much of it was seen. */
  get learned(): Pick<ProfileData, 'from' | 'to' | 'startsSeen' | 'endsSeen' | 'lossy'> {
    return this.#data;
  }

  /** What containers do at their start was not seen. */
  get startUnknown(): boolean {
    return this.#data.startsSeen === 0;
  }

  /** What containers do when they end was not seen. */
  get endUnknown(): boolean {
    return this.#data.endsSeen === 0;
  }

  stats(): ProfileStats {
    const { tokens, windows, runs, from, to, lossy, overflow, operator } = this.#data;
    const classes: Record<string, number> = {};
    for (const { token } of tokens) classes[classOf(token)] = (classes[classOf(token)] ?? 0) + 1;
    return {
      ...{ tokens: tokens.length, classes, wildcards: this.#wildcards.list.length, windows, runs },
      ...{ hours: (to - from) / MS_PER_HOUR, startUnknown: this.startUnknown, lossy, overflow },
      ...{ allowed: operator.allowed.length, removed: operator.removed.length, bytes: this.bytes },
    };
  }
}

function bounded(tokens: Iterable<TokenStat>): { kept: TokenStat[]; overflow: number } {
  const all = [...tokens].filter(({ token }) => classOf(token) !== '');
  all.sort((a, b) => b.windows - a.windows || b.runs - a.runs || compare(a.token, b.token));
  let text = 0;
  let count = 0;
  while (count < all.length && count < MOST_TOKENS) {
    text += Buffer.byteLength((all[count] as TokenStat).token) + BYTES_PER_TOKEN;
    if (text > MOST_TEXT) break;
    count++;
  }
  const kept = all.slice(0, count).sort((a, b) => compare(a.token, b.token));
  return { kept, overflow: all.length - kept.length };
}

const tooLarge = (bytes: number): ProfileError =>
  new ProfileError(
    'PROFILE_TOO_LARGE',
    `the profile would take ${bytes} bytes, the most is ${MOST_PROFILE_BYTES}: remove entries, or say several of them by one pattern`,
  );

const compare = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0);

const added = (a: TokenStat | undefined, b: TokenStat): TokenStat =>
  a
    ? {
        token: a.token,
        windows: a.windows + b.windows,
        runs: a.runs + b.runs,
        firstSeen: Math.min(a.firstSeen, b.firstSeen),
        lastSeen: Math.max(a.lastSeen, b.lastSeen),
      }
    : b;

function joined(a: OperatorEntries, b: OperatorEntries): OperatorEntries {
  const said = new Set([...a.allowed, ...a.removed].map(({ token }) => token));
  const others = (entries: OperatorEntries['allowed']) => entries.filter(({ token }) => !said.has(token));
  return { allowed: [...a.allowed, ...others(b.allowed)], removed: [...a.removed, ...others(b.removed)] };
}
