/**
 * Pseudo-random numbers that are the same on every machine: sfc32 of Chris Doty-Humphrey (PractRand), 32 bits at a time,
 * a period of 2^96 or more. Not for secrets.
 */
export class Random {
  #a: number;
  #b: number;
  #c: number;
  #counter = 1;

  constructor(seed: number) {
    this.#a = seed | 0;
    this.#b = Math.trunc(seed / 0x1_0000_0000) | 0;
    this.#c = 0x9e3779b9 | 0;
    for (let round = 0; round < 15; round++) this.bits();
  }

  /** 32 bits, as an unsigned whole number. */
  bits(): number {
    const sum = (this.#a + this.#b + this.#counter) | 0;
    this.#counter = (this.#counter + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = ((this.#c << 21) | (this.#c >>> 11)) + sum;
    return sum >>> 0;
  }

  /** Below 1, at least 0, in steps of 2^-32. */
  unit(): number {
    return this.bits() / 0x1_0000_0000;
  }

  /** A whole number below `end`, which is at most 2^32. */
  below(end: number): number {
    return Math.floor(this.unit() * end);
  }
}
