import { cut, wrap } from '../rules/wrap.ts';

/** Characters on a line of what is said about workloads: their names are long. */
export const COLUMNS = 100;
const LABEL = 10;

/** A value behind its label, on as many lines as it takes. */
export function labelled(label: string, value: string): string[] {
  const [first = '', ...more] = wrap(value, ' '.repeat(LABEL), COLUMNS);
  return [label.padEnd(LABEL) + first.trimStart(), ...more];
}

/** 1234567 as "1 234 567". */
export const count = (number: number): string => number.toLocaleString('en-US').replaceAll(',', ' ');

/** A rate with as many digits as it is worth. */
export const rate = (perDay: number): string => {
  if (perDay === 0) return '0';
  return perDay < 10 ? String(Number(perDay.toPrecision(2))) : perDay.toFixed(0);
};

/** The beginning of an id of a version. */
export const short = (id: string): string => id.slice(0, 12);

/** The beginning of a digest, or the tag that stands for one. */
export const shortDigest = (digest: string): string => digest.replace(/^(sha256:[0-9a-f]{12})[0-9a-f]*$/, '$1');

/** RFC 3339 to the second. */
export const second = (time: string): string => `${time.slice(0, 19)}Z`;

/** What a workload is, on a line: its name gives way to its digest. */
export function named({ key, digest }: { readonly key: string; readonly digest: string }): string {
  const under = cut(shortDigest(digest), COLUMNS / 2);
  return `${cut(key, COLUMNS - under.length - 2)}  ${under}`;
}
