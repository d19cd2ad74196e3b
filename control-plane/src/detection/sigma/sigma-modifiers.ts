/** What the words behind a field ask for. */
export interface Modifiers {
  /** How a value is compared; as a whole when left out. */
  readonly match: 'contains' | 'startswith' | 'endswith' | 're' | 'cidr' | 'lt' | 'lte' | 'gt' | 'gte' | undefined;
  /** All values have to match, not one of them. */
  readonly all: boolean;
  /** Upper and lower case differ. */
  readonly cased: boolean;
  readonly exists: boolean;
  /** The value names another field. */
  readonly fieldref: boolean;
  /** Options may begin with other characters than a dash. */
  readonly windash: boolean;
  /** Flags of a regular expression. */
  readonly flags: string;
}

export const NO_MODIFIERS: Modifiers = {
  match: undefined,
  all: false,
  cased: false,
  exists: false,
  fieldref: false,
  windash: false,
  flags: '',
};

const MATCHES = ['contains', 'startswith', 'endswith', 're', 'cidr', 'lt', 'lte', 'gt', 'gte'] as const;
const SWITCHES = ['all', 'cased', 'exists', 'fieldref', 'windash'] as const;
const FLAGS = ['i', 'm', 's'];

/**
 * @param words modifiers in the order in which they stand
 * @param fail makes the error for what can not be said
 */
export function readModifiers(words: readonly string[], fail: (message: string) => Error): Modifiers {
  let out = NO_MODIFIERS;
  for (const word of words) {
    const match = MATCHES.find((known) => known === word);
    const on = SWITCHES.find((known) => known === word);
    if (match && out.match !== undefined) throw fail(`${out.match} and ${match} can not stand together`);
    if (match) out = { ...out, match };
    else if (on) out = { ...out, [on]: true };
    else if (FLAGS.includes(word) && out.match === 're') out = { ...out, flags: out.flags + word };
    else throw fail(`the modifier "${word}" can not be said in the rule language`);
  }
  return out;
}
