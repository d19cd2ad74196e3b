import { hideOptions } from './options.ts';
import { PROGRAM_HINT } from './program-options.ts';
import { Regions } from './regions.ts';
import { hideShapes, SHAPE_HINT } from './shapes.ts';
import type { UserPattern } from './user-pattern.ts';

/** Most command lines hold nothing that any pattern could be about: this is all they cost. */
const HINT = new RegExp(`${SHAPE_HINT}|${PROGRAM_HINT}`, 'i');

export interface RedactorOptions {
  /** Whether the patterns that come with Picket are used. */
  readonly defaults: boolean;
  readonly patterns: readonly UserPattern[];
}

/** Takes secrets out of argument lists and environments. */
export class Redactor {
  readonly #defaults: boolean;
  readonly #patterns: readonly UserPattern[];

  constructor(options: RedactorOptions) {
    this.#defaults = options.defaults;
    this.#patterns = options.patterns;
  }

  /**
   * @param text arguments or `NAME=value`s with NUL between them, a character a byte (latin1)
   * @returns the same string when there is no secret in it; else one with as many parts
   */
  redact(text: string): string {
    const hinted = this.#defaults && HINT.test(text);
    if (!hinted && this.#patterns.length === 0) return text;
    const regions = new Regions();
    if (hinted) {
      hideShapes(text, regions);
      hideOptions(text, HINT, regions);
    }
    for (const pattern of this.#patterns) pattern.hide(text, regions);
    return regions.apply(text);
  }
}
