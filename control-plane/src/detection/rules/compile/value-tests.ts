import type { TextTest } from './glob.ts';
import type { Needle } from './needles.ts';
import { lowest } from './rule-bits.ts';
import { TextIndex } from './text-index.ts';

/** Values whose answers are remembered, and their characters in all; when there are more, all are forgotten. */
const MAX_VALUES = 4096;
const MAX_CHARACTERS = 1_000_000;
/** A longer text is not worth its memory. */
const LONGEST_VALUE = 2048;

/** So many are asked faster than remembered. */
const FEW = 2;
const NONE: readonly number[] = [];

interface ValueTest {
  readonly number: number;
  readonly passes: TextTest;
  /** What a value that passes has in it; undefined when any may pass. */
  readonly needles: readonly Needle[] | undefined;
}

/** Many tests of one text: which pass is remembered by the text, since processes share names, files and commands. */
export class ValueTests {
  readonly #tests: ValueTest[] = [];
  readonly #known = new Map<string, readonly number[]>();
  #characters = 0;
  #index: TextIndex | undefined;
  #found = new Uint32Array(0);

  add(test: ValueTest): void {
    this.#tests.push(test);
    this.#index = undefined;
    this.#known.clear();
  }

  /** The numbers of the tests that a text passes. */
  passedBy(text: string): readonly number[] {
    if (this.#tests.length <= FEW) return this.#askFew(text);
    const known = this.#known.get(text);
    if (known !== undefined) return known;
    const passed = this.#ask(text);
    if (text.length > LONGEST_VALUE) return passed;
    this.#characters += text.length;
    if (this.#known.size >= MAX_VALUES || this.#characters > MAX_CHARACTERS) {
      this.#known.clear();
      this.#characters = text.length;
    }
    this.#known.set(text, passed);
    return passed;
  }

  #askFew(text: string): readonly number[] {
    let passed: number[] | undefined;
    for (const test of this.#tests)
      if (test.passes(text)) {
        if (passed) passed.push(test.number);
        else passed = [test.number];
      }
    return passed ?? NONE;
  }

  /** Most tests have none of their needles in a text, and are not asked. */
  #ask(text: string): readonly number[] {
    const passed: number[] = [];
    const index = this.#index ?? this.#makeIndex();
    const found = this.#found;
    found.fill(0);
    index.mark(text, found);
    for (let word = 0; word < found.length; word++)
      for (let left = found[word] as number; left !== 0; left &= left - 1) {
        const test = this.#tests[word * 32 + lowest(left)] as ValueTest;
        if (test.passes(text)) passed.push(test.number);
      }
    return passed;
  }

  #makeIndex(): TextIndex {
    this.#found = new Uint32Array((this.#tests.length + 31) >> 5);
    this.#index = new TextIndex(new Map(this.#tests.map(({ needles }, i) => [i, needles])));
    return this.#index;
  }
}
