/** Kinds of acts whose new tokens come together: a new program brings its arguments along. */
export type TokenFamily = 'programs' | 'files' | 'network' | 'calls';

/** What tokens of a class are about. */
export interface TokenClass {
  readonly letter: string;
  /** In YAML, the API and the console. */
  readonly name: string;
  readonly family: TokenFamily;
  /** Half of the days from one new token to the next in a calm workload; see `new-token-rate.ts`. */
  readonly calmDays: number;
  /** What is new, in words. */
  readonly says: (text: string) => string;
  /** What is known of the class is worth a mention beside it. */
  readonly tellsKnown?: true;
}

const PAIR = ' > ';

function startedBy(text: string): string {
  const at = text.lastIndexOf(PAIR);
  return at < 0
    ? `new start ${text}`
    : `${text.slice(at + PAIR.length)} started by ${text.slice(0, at)} for the first time`;
}

function modified(text: string): string {
  const at = text.indexOf(' ');
  return at < 0 ? `first change ${text}` : `first ${text.slice(0, at)} of ${text.slice(at + 1)}`;
}

/** All classes, in the order in which they are shown. */
export const TOKEN_CLASSES: readonly TokenClass[] = [
  { letter: 'x', name: 'programs', family: 'programs', calmDays: 3, says: (text) => `new program ${text}` },
  { letter: 'l', name: 'starts', family: 'programs', calmDays: 3, says: startedBy },
  { letter: 'a', name: 'arguments', family: 'programs', calmDays: 1, says: (text) => `new arguments: ${text}` },
  {
    letter: 'U',
    name: 'users',
    family: 'programs',
    calmDays: 3,
    says: (text) => `first time as user ${text}`,
    tellsKnown: true,
  },
  { letter: 'e', name: 'capabilities', family: 'programs', calmDays: 3, says: (text) => `first time with ${text}` },
  { letter: 'r', name: 'reads', family: 'files', calmDays: 0.5, says: (text) => `first read of ${text}` },
  { letter: 'w', name: 'writes', family: 'files', calmDays: 2, says: (text) => `first write to ${text}` },
  { letter: 'm', name: 'changes', family: 'files', calmDays: 2, says: modified },
  { letter: 'u', name: 'sockets', family: 'files', calmDays: 2, says: (text) => `first use of the socket ${text}` },
  {
    ...{ letter: 'c', name: 'peers', family: 'network' as const, calmDays: 3, tellsKnown: true as const },
    says: (text) => `first connection to ${text}`,
  },
  {
    ...{ letter: 'p', name: 'ports', family: 'network' as const, calmDays: 3, tellsKnown: true as const },
    says: (text) => `first connection to port ${text}`,
  },
  {
    ...{ letter: 'i', name: 'listeners', family: 'network' as const, calmDays: 3, tellsKnown: true as const },
    says: (text) => `first listener on ${text}`,
  },
  {
    ...{ letter: 'n', name: 'served', family: 'network' as const, calmDays: 3, tellsKnown: true as const },
    says: (text) => `first connection taken on port ${text}`,
  },
  {
    ...{ letter: 'd', name: 'names', family: 'network' as const, calmDays: 2, tellsKnown: true as const },
    says: (text) => `first look-up of ${text}`,
  },
  { letter: 'k', name: 'acts', family: 'calls', calmDays: 3, says: (text) => `first call of ${text}` },
  {
    letter: 's',
    name: 'calls',
    family: 'calls',
    calmDays: 1,
    says: (text) => `first system call ${text}`,
  },
];

/** What rules with a baseline have learned; their own findings tell of it. */
export const BASELINE_CLASS = 'b';

const BY_LETTER: ReadonlyMap<string, TokenClass> = new Map(TOKEN_CLASSES.map((one) => [one.letter, one]));

const DEFAULT_DAYS = 3;
export const calmDays = (letter: string): number => BY_LETTER.get(letter)?.calmDays ?? DEFAULT_DAYS;
