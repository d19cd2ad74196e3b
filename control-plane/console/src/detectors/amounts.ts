/** A count, short when it is large: `12K`. */
export const shortCount = (n: number, locale: string): string =>
  new Intl.NumberFormat(locale, { notation: 'compact', maximumFractionDigits: 1 }).format(n);

const TIMES: readonly (readonly [unit: string, ns: number])[] = [
  ['s', 1e9],
  ['ms', 1e6],
  ['µs', 1e3],
];

/** A short time in ns with its unit: `3.4 µs`. */
export function shortTime(ns: number, locale: string): string {
  const [unit, size] = TIMES.find(([, least]) => ns >= least) ?? ['ns', 1];
  return `${rounded(ns / size, locale)} ${unit}`;
}

/** Bytes with their unit: `1.2 MiB`. */
export function shortBytes(bytes: number, locale: string): string {
  const [unit, size] = bytes >= 1 << 20 ? ['MiB', 1 << 20] : bytes >= 1 << 10 ? ['KiB', 1 << 10] : ['B', 1];
  return `${rounded(bytes / size, locale)} ${unit}`;
}

/** Sum of counts by name. */
export const sumOf = (counts: Readonly<Record<string, number>>): number =>
  Object.values(counts).reduce((sum, count) => sum + count, 0);

const rounded = (n: number, locale: string): string =>
  n.toLocaleString(locale, { maximumFractionDigits: n < 10 ? 1 : 0 });
