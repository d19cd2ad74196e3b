import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { isMainThread } from 'node:worker_threads';

/** Above what systemd gives to containers and below its next range, so nobody has these. */
const FIRST = 1_900_000_000;
const COUNT = 1000;
/** Place of the time of the start in /proc/self/stat, behind the name. */
const STARTED = 19;
const used = new Set<number>();
let first: number | null | undefined;
let begin: number | undefined;

/**
 * A user id that no other process has, as long as it is not given back: hosts can not touch each other. Undefined for
 * an ordinary user, who can not become another.
 */
export function takeUid(): number | undefined {
  if (process.getuid?.() !== 0) return undefined;
  first ??= firstUid(readFileSync('/proc/self/uid_map', 'latin1'));
  if (first === null) return undefined;
  begin ??= firstPlace(readFileSync('/proc/self/stat', 'latin1'));
  for (let i = 0; i < COUNT; i++) {
    // each thread has books of its own: hosts of a backtest take theirs in the other direction
    const uid = first + ((begin + (isMainThread ? i : COUNT - 1 - i)) % COUNT);
    if (used.has(uid)) continue;
    used.add(uid);
    return uid;
  }
  return undefined;
}

/** Other control planes of the machine have books of their own too: each begins somewhere else, by its number and its start. */
export const firstPlace = (stat: string): number => {
  const process = stat.slice(0, stat.indexOf(' '));
  const started = stat.slice(stat.lastIndexOf(')') + 2).split(' ')[STARTED];
  return createHash('sha256').update(`${process} ${started}`).digest().readUInt32LE() % COUNT;
};

/** Its process is gone. */
export const giveUid = (uid: number | undefined): void => {
  if (uid !== undefined) used.delete(uid);
};

/** In a container fewer ids may exist; then the last thousand are taken. Null when there are too few. */
export function firstUid(map: string): number | null {
  const ranges = map
    .trim()
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .map(([start = 0, , length = 0]) => ({ start, end: start + length }));
  if (ranges.some(({ start, end }) => start <= FIRST && end >= FIRST + COUNT)) return FIRST;
  const end = Math.max(...ranges.filter((range) => range.end - range.start >= 10 * COUNT).map((range) => range.end));
  return Number.isFinite(end) ? end - COUNT : null;
}
