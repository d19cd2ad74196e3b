import { IpRanges } from './ip-ranges';
import { readFlatObject } from './json-flat';

/**
 * The configuration of a detector: a flat JSON object of texts, numbers, true and false. Ask for every entry once, in
 * `onInit`. Values of the wrong type or out of bounds, and entries that nobody asked for, refuse the configuration.
 */
export class Config {
  private readonly names: string[];
  private readonly values: string[];
  private readonly quoted: bool[];
  private readonly asked: string[] = [];
  private error: string;

  constructor(text: string) {
    const read = readFlatObject(text);
    this.names = read.names;
    this.values = read.values;
    this.quoted = read.quoted;
    this.error = read.error.length > 0 ? `the configuration is not a flat JSON object: ${read.error}` : '';
  }

  /** A whole number; `fallback` when it is not set. */
  integer(name: string, fallback: i64, least: i64, most: i64): i64 {
    const at = this.find(name);
    if (at < 0) return fallback;
    const value = parseFloat(this.values[at]);
    // Beyond 2^53 a number of JSON is not exact.
    const whole = !this.quoted[at] && Math.floor(value) == value && Math.abs(value) <= 9007199254740991;
    if (whole && <i64>value >= least && <i64>value <= most) return <i64>value;
    this.refuse(name, `must be a whole number from ${least.toString()} to ${most.toString()}`);
    return fallback;
  }

  /** A number; `fallback` when it is not set. */
  number(name: string, fallback: f64, least: f64, most: f64): f64 {
    const at = this.find(name);
    if (at < 0) return fallback;
    const value = parseFloat(this.values[at]);
    if (!this.quoted[at] && value >= least && value <= most) return value;
    this.refuse(name, `must be a number from ${least.toString()} to ${most.toString()}`);
    return fallback;
  }

  /** True or false; `fallback` when it is not set. */
  flag(name: string, fallback: bool): bool {
    const at = this.find(name);
    if (at < 0) return fallback;
    const value = this.values[at];
    if (!this.quoted[at] && (value == 'true' || value == 'false')) return value == 'true';
    this.refuse(name, 'must be true or false');
    return fallback;
  }

  /** A text of at most `most` UTF-16 units; `fallback` when it is not set. */
  text(name: string, fallback: string, most: i32 = 1024): string {
    const at = this.find(name);
    if (at < 0) return fallback;
    const value = this.values[at];
    if (this.quoted[at] && value.length <= most) return value;
    this.refuse(name, `must be a text of at most ${most.toString()} characters`);
    return fallback;
  }

  /** A text of names with commas between them, as a list without white space and empty names. */
  list(name: string, fallback: string): string[] {
    const parts = this.text(name, fallback, 65536).split(',');
    const out: string[] = [];
    for (let i = 0; i < parts.length; i++) {
      const part = parts[i].trim();
      if (part.length > 0) out.push(part);
    }
    return out;
  }

  /** A list of address ranges in CIDR notation. */
  ranges(name: string, fallback: string): IpRanges {
    const ranges = new IpRanges(this.list(name, fallback));
    if (ranges.wrong.length > 0) this.refuse(name, `has ${ranges.wrong}, which is no range of addresses like 10.0.0.0/8`);
    return ranges;
  }

  /** A list of whole numbers. */
  integers(name: string, fallback: string, least: i32, most: i32): StaticArray<i32> {
    const parts = this.list(name, fallback);
    const out = new StaticArray<i32>(parts.length);
    for (let i = 0; i < parts.length; i++) {
      const value = parseFloat(parts[i]);
      if (Math.floor(value) == value && value >= <f64>least && value <= <f64>most) out[i] = <i32>value;
      else this.refuse(name, `has ${parts[i]}, which is no whole number from ${least.toString()} to ${most.toString()}`);
    }
    return out;
  }

  /** Refuses the configuration: `name` is wrong, `why` ends the sentence that its name begins. */
  refuse(name: string, why: string): void {
    if (this.error.length == 0) this.error = `${name} ${why}`;
  }

  /** What is wrong with the configuration, entries that nobody asked for included; `''` when nothing is. */
  problem(): string {
    if (this.error.length > 0) return this.error;
    for (let i = 0; i < this.names.length; i++) {
      if (this.asked.includes(this.names[i])) continue;
      const known = this.asked.length > 0 ? `known: ${this.asked.join(', ')}` : 'this detector takes none';
      return `${this.names[i]} is not an entry of the configuration; ${known}`;
    }
    return '';
  }

  private find(name: string): i32 {
    if (!this.asked.includes(name)) this.asked.push(name);
    return this.names.indexOf(name);
  }
}
