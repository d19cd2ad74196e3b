import { messageOf } from '@picket/sdk';
import { RE2JS } from 're2js';
import type { TextTest } from './glob.ts';
import { regexLiterals } from './regex-literals.ts';

/** Characters of a pattern. */
const LONGEST_PATTERN = 1000;
/** Instructions of the compiled pattern. Times the length of a text this is what the slowest match takes. */
const LARGEST_PROGRAM = 1000;
/** Texts whose answer a pattern remembers, and the longest of them. */
const MOST_KEPT = 512;
const LONGEST_KEPT = 256;

/** A regular expression that was compiled when its rule was loaded. */
export interface Pattern {
  readonly source: string;
  /** What every text begins with that it accepts; empty when that is not known. */
  readonly start: string;
  /** Whether it accepts a whole text. */
  readonly matches: TextTest;
}

/**
 * Compiles an RE2 expression. As in Falco it has to match the whole text. RE2 takes time in proportion to the text and
 * the program, whatever they are: nobody can make up a text that stops detection.
 * @throws RangeError saying what is wrong with the pattern
 */
export function compileRegex(source: string): Pattern {
  if (source === '' || source.length > LONGEST_PATTERN)
    throw new RangeError(`a pattern has 1 to ${LONGEST_PATTERN} characters`);
  const regex = parse(source);
  if (regex.programSize() > LARGEST_PROGRAM)
    throw new RangeError('the pattern repeats too much: lower the numbers in its {...} or split it');
  const { start, inner } = regexLiterals(source);
  const isPossible = quickTest(start, inner);
  const matches = remembering((text) => regex.testExact(text));
  return { source, start, matches: (text) => isPossible(text) && matches(text) };
}

/** Names and commands come again, and the engine is slow. */
function remembering(test: TextTest): TextTest {
  const known = new Map<string, boolean>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined) return before;
    const answer = test(text);
    if (text.length > LONGEST_KEPT) return answer;
    if (known.size >= MOST_KEPT) known.clear();
    known.set(text, answer);
    return answer;
  };
}

/** The engine is asked only about texts that have what every match has. */
function quickTest(start: string, inner: string): TextTest {
  if (inner === '') return start === '' ? () => true : (text) => text.startsWith(start);
  return start === '' ? (text) => text.includes(inner) : (text) => text.startsWith(start) && text.includes(inner);
}

function parse(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (cause) {
    throw new RangeError(`this is no RE2 pattern (${messageOf(cause)})`, { cause });
  }
}
