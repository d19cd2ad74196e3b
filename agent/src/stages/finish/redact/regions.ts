/** What stands for a secret. */
export const REDACTED = '[redacted]';

/** The parts of a text that must not leave the node. */
export class Regions {
  readonly #found: { begin: number; end: number }[] = [];

  /** Hides text[begin..end). */
  hide(begin: number, end: number): void {
    if (end > begin) this.#found.push({ begin, end });
  }

  /**
   * The text with each part replaced. Parts that touch become one; a NUL inside a part stays, so that the number of
   * arguments does not change. The same string when there is nothing to hide.
   */
  apply(text: string): string {
    let out = '';
    let done = 0;
    for (const { begin, end } of this.#merged()) {
      const hidden = text.slice(begin, end).split('\0');
      out += text.slice(done, begin) + hidden.map((part) => (part === '' ? '' : REDACTED)).join('\0');
      done = end;
    }
    return out + text.slice(done);
  }

  #merged(): { begin: number; end: number }[] {
    const merged: { begin: number; end: number }[] = [];
    for (const { begin, end } of this.#found.sort((a, b) => a.begin - b.begin)) {
      const last = merged.at(-1);
      if (last && begin <= last.end) last.end = Math.max(last.end, end);
      else merged.push({ begin, end });
    }
    return merged;
  }
}
