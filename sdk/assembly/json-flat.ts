/** Reads a JSON object of texts, numbers, true and false: what a configuration is. Nothing may be nested. */

const MAX_UNITS = 65536;
const MAX_ENTRIES = 256;

/** What the reader has found. `error` says what is wrong and where; then the entries count for nothing. */
export class FlatObject {
  readonly names: string[] = [];
  /** Texts without their quotes, escapes resolved; numbers and truth values as written. */
  readonly values: string[] = [];
  readonly quoted: bool[] = [];
  error: string = '';
}

/** Reads `{"name": value, ...}`. Text that is empty or white is the empty object. */
export function readFlatObject(text: string): FlatObject {
  const reader = new Reader(text);
  if (text.length > MAX_UNITS) reader.fail(`it is longer than ${MAX_UNITS.toString()} characters`);
  else reader.read();
  return reader.out;
}

class Reader {
  readonly out: FlatObject = new FlatObject();
  private at: i32 = 0;

  constructor(private text: string) {}

  fail(what: string): bool {
    if (this.out.error.length == 0) this.out.error = what;
    return false;
  }

  read(): void {
    this.space();
    if (this.at == this.text.length) return;
    if (!this.mark('{')) return;
    this.space();
    if (this.peek() == 0x7d) this.at++;
    else if (!this.entries()) return;
    this.space();
    if (this.at < this.text.length) this.wrong('the end');
  }

  private entries(): bool {
    while (true) {
      if (!this.entry()) return false;
      if (this.out.names.length > MAX_ENTRIES) return this.fail(`it has more than ${MAX_ENTRIES.toString()} entries`);
      this.space();
      if (this.peek() == 0x7d) {
        this.at++;
        return true;
      }
      if (!this.mark(',')) return false;
    }
  }

  private entry(): bool {
    this.space();
    const name = this.quotedText();
    if (name === null) return false;
    if (this.out.names.includes(name)) return this.fail(`"${name}" is there twice`);
    this.space();
    if (!this.mark(':')) return false;
    this.space();
    const quoted = this.peek() == 0x22;
    const value = quoted ? this.quotedText() : this.word();
    if (value === null) return false;
    this.out.names.push(name);
    this.out.values.push(value);
    this.out.quoted.push(quoted);
    return true;
  }

  /** A number, true or false, as written. What it is worth is asked when it is read. */
  private word(): string | null {
    const from = this.at;
    while (this.at < this.text.length && isWordUnit(this.peek())) this.at++;
    const word = this.text.substring(from, this.at);
    if (word == 'true' || word == 'false' || isNumber(word)) return word;
    this.at = from;
    this.wrong('a text, a number, true or false');
    return null;
  }

  private quotedText(): string | null {
    if (!this.mark('"')) return null;
    let out = '';
    let from = this.at;
    while (this.at < this.text.length) {
      const unit = this.peek();
      if (unit == 0x22) {
        out += this.text.substring(from, this.at++);
        return out;
      }
      if (unit < 0x20) break;
      this.at++;
      if (unit != 0x5c) continue;
      out += this.text.substring(from, this.at - 1);
      const escaped = this.escape();
      if (escaped < 0) return null;
      out += String.fromCharCode(escaped);
      from = this.at;
    }
    this.wrong('the end of the text');
    return null;
  }

  private escape(): i32 {
    const unit = this.peek();
    this.at++;
    if (unit == 0x75) return this.hexadecimal();
    const found = '"\\/bfnrt'.indexOf(String.fromCharCode(unit));
    if (found >= 0) return '"\\/\b\f\n\r\t'.charCodeAt(found);
    this.at--;
    this.wrong('an escape of JSON');
    return -1;
  }

  private hexadecimal(): i32 {
    let code = 0;
    for (let i = 0; i < 4; i++, this.at++) {
      const digit = hexDigit(this.peek());
      if (digit < 0) {
        this.wrong('four hexadecimal digits');
        return -1;
      }
      code = (code << 4) | digit;
    }
    return code;
  }

  private peek(): i32 {
    return this.at < this.text.length ? this.text.charCodeAt(this.at) : -1;
  }

  private space(): void {
    while (this.at < this.text.length && ' \t\r\n'.includes(this.text.charAt(this.at))) this.at++;
  }

  private mark(unit: string): bool {
    if (this.peek() != unit.charCodeAt(0)) return this.wrong(unit);
    this.at++;
    return true;
  }

  private wrong(expected: string): bool {
    return this.fail(`${expected} was expected at character ${this.at.toString()}`);
  }
}

function isWordUnit(unit: i32): bool {
  return (
    (unit >= 0x30 && unit <= 0x39) || (unit >= 0x61 && unit <= 0x7a) || (unit >= 0x41 && unit <= 0x5a) ||
    unit == 0x2b || unit == 0x2d || unit == 0x2e
  );
}

function hexDigit(unit: i32): i32 {
  if (unit >= 0x30 && unit <= 0x39) return unit - 0x30;
  const letter = unit | 0x20;
  return letter >= 0x61 && letter <= 0x66 ? letter - 87 : -1;
}

/** The grammar of RFC 8259, section 6. */
function isNumber(word: string): bool {
  let at = word.startsWith('-') ? 1 : 0;
  const whole = digits(word, at);
  if (whole == 0 || (whole > 1 && word.charCodeAt(at) == 0x30)) return false;
  at += whole;
  if (at < word.length && word.charCodeAt(at) == 0x2e) {
    const part = digits(word, at + 1);
    if (part == 0) return false;
    at += part + 1;
  }
  if (at < word.length && (word.charCodeAt(at) | 0x20) == 0x65) {
    at++;
    if (at < word.length && (word.charCodeAt(at) == 0x2b || word.charCodeAt(at) == 0x2d)) at++;
    const power = digits(word, at);
    if (power == 0) return false;
    at += power;
  }
  return at == word.length;
}

function digits(word: string, from: i32): i32 {
  let at = from;
  while (at < word.length && word.charCodeAt(at) >= 0x30 && word.charCodeAt(at) <= 0x39) at++;
  return at - from;
}
