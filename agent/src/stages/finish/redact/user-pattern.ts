import { messageOf } from '@picket/sdk';
import { RE2JS } from 're2js';
import type { Regions } from './regions.ts';

const LONGEST_SOURCE = 1000;
/** Instructions of the compiled expression. Times the length of the text it is what the slowest search takes. */
const LARGEST_PROGRAM = 1000;
const MOST_KEPT = 16;

export interface UserPatternSource {
  readonly name: string;
  readonly regex: string;
  readonly keep: number;
}

/** A pattern that users add. RE2 runs it, so that no text makes it slow: it never tries a way twice. */
export class UserPattern {
  readonly name: string;
  readonly #regex: RE2JS;
  readonly #keep: number;
  readonly #hasGroup: boolean;

  /** @throws RangeError saying what is wrong with the pattern */
  constructor({ name, regex, keep }: UserPatternSource) {
    this.name = name;
    this.#keep = keep;
    this.#regex = compile(regex);
    this.#hasGroup = 'secret' in this.#regex.namedGroups();
    if (keep > MOST_KEPT) throw new RangeError(`keep must be at most ${MOST_KEPT}`);
    if (this.#regex.test('')) throw new RangeError('it matches the empty text, so it would hide nothing in particular');
  }

  /** Hides the group `secret` of each match, or the whole match without one, but for its first `keep` characters. */
  hide(text: string, regions: Regions): void {
    if (!this.#regex.test(text)) return;
    const matcher = this.#regex.matcher(text);
    const group = this.#hasGroup ? 'secret' : 0;
    while (matcher.find()) {
      const begin = matcher.start(group);
      const end = matcher.end(group);
      if (begin >= 0) regions.hide(end - begin > this.#keep ? begin + this.#keep : begin, end);
    }
  }
}

function compile(source: string): RE2JS {
  if (source === '' || source.length > LONGEST_SOURCE)
    throw new RangeError(`it must have 1 to ${LONGEST_SOURCE} characters`);
  // Texts are looked at byte by byte.
  if (!/^[ -~]*$/.test(source)) throw new RangeError('it must be printable ASCII: write other bytes as \\xHH');
  const regex = parse(source);
  if (regex.programSize() > LARGEST_PROGRAM)
    throw new RangeError('it repeats too much: lower the numbers in its {…} or split it');
  return regex;
}

function parse(source: string): RE2JS {
  try {
    return RE2JS.compile(source);
  } catch (cause) {
    throw new RangeError(`it is no RE2 expression (${messageOf(cause)})`, { cause });
  }
}
