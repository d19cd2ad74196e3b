import { lower } from '@picket/detector';

const DOT: u8 = 46;

/** Where the label begins that ends before `end`. */
function labelStart(at: usize, end: i32): i32 {
  let i = end;
  while (i > 0 && load<u8>(at + i - 1) != DOT) i--;
  return i;
}

/**
 * Where the registered domain of a name begins: its last two labels, or three when it ends like co.uk. Without the list of
 * public suffixes, which is long and grows, that is as near as it gets; below a longer suffix domains count together.
 */
export function domainStart(at: usize, length: i32): i32 {
  const last = labelStart(at, length);
  if (last < 2) return 0;
  const second = labelStart(at, last - 1);
  const isShared = length - last == 2 && last - 1 - second <= 3;
  return isShared && second >= 2 ? labelStart(at, second - 1) : second;
}

/** Characters without the dots between labels. */
export function charactersOf(at: usize, length: i32): i32 {
  let count = 0;
  for (let i = 0; i < length; i++) if (load<u8>(at + i) != DOT) count++;
  return count;
}

/** Characters of the labels that have a letter: lists of addresses are asked for by number. */
export function letteredCharactersOf(at: usize, length: i32): i32 {
  let count = 0;
  let from = 0;
  let hasLetter = false;
  for (let i = 0; i <= length; i++) {
    const byte = i < length ? load<u8>(at + i) : DOT;
    if (byte >= 64) hasLetter = true;
    if (byte != DOT) continue;
    if (hasLetter) count += i - from;
    hasLetter = false;
    from = i + 1;
  }
  return count;
}

/** Whether the name is `domain`, which is in small letters, or lies below it. */
export function isBelow(at: usize, length: i32, domain: string): bool {
  const start = length - domain.length;
  if (start < 0 || (start > 0 && load<u8>(at + start - 1) != DOT)) return false;
  for (let i = 0; i < domain.length; i++)
    if (lower(load<u8>(at + start + i)) != <u8>domain.charCodeAt(i)) return false;
  return true;
}
