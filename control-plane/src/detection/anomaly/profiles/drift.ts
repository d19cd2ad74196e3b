import type { Profile } from './profile.ts';
import { TOKEN_CLASSES, type TokenClass } from './token-classes.ts';
import { classOf, textOf } from './token-stat.ts';

/** What is new in one class of tokens. */
export interface DriftGroup {
  /** Letter and name of the class. */
  readonly letter: string;
  readonly name: string;
  /** The new tokens, at most `MOST_TOKENS` of them; `total` counts all. */
  readonly tokens: readonly string[];
  readonly total: number;
  /** -log10 of the chance that an ordinary window has something new of the class. */
  readonly score: number;
  /** "first connection to 10.0.3.7:4444; known: db:5432, cache:6379" */
  readonly text: string;
}

/** What a window did that the profile of its workload does not hold. */
export interface Drift {
  /** The strangest first. */
  readonly groups: readonly DriftGroup[];
  /** -log10 of the chance that an ordinary window has so much that is new. */
  readonly score: number;
  /** All groups as one sentence. */
  readonly text: string;
}

export interface DriftOptions {
  /** The container began a short while ago: where starts were not seen while learning, that is no news. */
  readonly isStart?: boolean | undefined;
  /** The same for what it does to files at its end. */
  readonly isEnd?: boolean | undefined;
}

const MOST_TOKENS = 8;
const MOST_KNOWN = 3;
const MOST_TEXT = 600;
/** What a further family of acts adds, when it alone would be strange too. */
const FURTHER = 0.5;
const STRANGE = 3;

/**
 * Compares what a window did with a profile.
 * @param tokens of the window
 * @returns undefined when all of it is known
 */
export function driftOf(profile: Profile, tokens: Iterable<string>, options: DriftOptions = {}): Drift | undefined {
  let fresh: Map<string, string[]> | undefined;
  for (const token of tokens) {
    if (profile.knows(token)) continue;
    fresh ??= new Map();
    const letter = classOf(token);
    const known = fresh.get(letter);
    if (known) known.push(token);
    else fresh.set(letter, [token]);
  }
  return fresh && compare(profile, fresh, options);
}

function compare(
  profile: Profile,
  fresh: ReadonlyMap<string, readonly string[]>,
  { isStart, isEnd }: DriftOptions,
): Drift | undefined {
  const isFirstStart = isStart === true && profile.startUnknown;
  const isFirstEnd = isEnd === true && profile.endUnknown;
  const groups = TOKEN_CLASSES.flatMap((one) => {
    const found = fresh.get(one.letter);
    const isNoNews = isFirstStart || (isFirstEnd && isOfAnEnd(one));
    return found ? [groupOf(profile, one, found, fresh, isNoNews)] : [];
  });
  if (groups.length === 0) return undefined;
  const sorted = groups.toSorted((a, b) => b.score - a.score);
  return { groups: sorted, score: scoreOf(sorted), text: cut(textOfGroups(sorted)) };
}

/**
 * Whether a container may do something of the class as it ends that it never did before: it tidies up. Who runs programs or
 * connects somewhere in the same second may have ended it to hide that.
 */
const isOfAnEnd = ({ letter, family }: TokenClass): boolean => family === 'files' || letter === 's';

function groupOf(
  profile: Profile,
  one: TokenClass,
  found: readonly string[],
  fresh: ReadonlyMap<string, readonly string[]>,
  isNoNews: boolean,
): DriftGroup {
  const told = found.slice(0, MOST_TOKENS);
  const says = withoutRepeats(
    one,
    told.map((token) => sayOf(one, textOf(token), fresh)),
  );
  const more = found.length > told.length ? [`and ${found.length - told.length} more`] : [];
  const known = one.tellsKnown ? knownOf(profile, one.letter) : '';
  return {
    letter: one.letter,
    name: one.name,
    tokens: told,
    total: found.length,
    score: isNoNews ? 0 : profile.strangeness(one.letter),
    text: cut(`${[...says, ...more].join(', ')}${known}`),
  };
}

/** "first read of /a, first read of /b" as "first read of /a, /b". */
function withoutRepeats(one: TokenClass, says: readonly string[]): readonly string[] {
  const beginning = one.says('');
  const isRepeated = beginning !== '' && says.every((said) => said.startsWith(beginning));
  return isRepeated ? says.map((said, at) => (at === 0 ? said : said.slice(beginning.length))) : says;
}

/** A new program is told with who started it. */
function sayOf(one: TokenClass, text: string, fresh: ReadonlyMap<string, readonly string[]>): string {
  const said = one.says(text);
  if (one.letter !== 'x') return said;
  const start = fresh.get('l')?.find((token) => token.endsWith(` > ${text}`));
  return start ? `${said} (parent ${textOf(start).slice(0, -` > ${text}`.length)})` : said;
}

function knownOf(profile: Profile, letter: string): string {
  const usual = profile.usual(letter, MOST_KNOWN);
  if (usual.length === 0) return '; none known';
  const more = profile.count(letter) - usual.length;
  return `; known: ${letter === 'U' ? 'user ' : ''}${usual.join(', ')}${more > 0 ? ` and ${more} more` : ''}`;
}

/**
 * New tokens of one act come together, so that the strangest class speaks for all; a further family of acts (files beside
 * programs, say) adds a little when it is strange by itself.
 */
function scoreOf(sorted: readonly DriftGroup[]): number {
  const [first] = sorted;
  if (!first) return 0;
  const families = new Set<string>();
  for (const { letter, score } of sorted) {
    const family = TOKEN_CLASSES.find((one) => one.letter === letter)?.family;
    if (family !== undefined && score >= STRANGE) families.add(family);
  }
  return first.score + FURTHER * Math.max(0, families.size - 1);
}

/** Starts are told with their programs already. */
function textOfGroups(sorted: readonly DriftGroup[]): string {
  const programs = new Set(sorted.find(({ letter }) => letter === 'x')?.tokens.map(textOf));
  const told = sorted.filter(
    ({ letter, tokens }) =>
      letter !== 'l' || tokens.some((token) => !programs.has(token.slice(token.lastIndexOf(' > ') + 3))),
  );
  return told.map(({ text }) => text).join('; ');
}

const cut = (text: string): string => (text.length <= MOST_TEXT ? text : `${text.slice(0, MOST_TEXT)}…`);
