const plural = new Intl.PluralRules('en');

/** A number with the noun that goes with it. */
export const count = (n: number, one: string, other: string): string =>
  `${n.toLocaleString('en')} ${plural.select(n) === 'one' ? one : other}`;
