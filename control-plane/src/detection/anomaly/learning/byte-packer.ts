/** Numbers behind one another in bytes: whole ones in as few as they need. Grows; used again after `take`. */
export class BytePacker {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  get length(): number {
    return this.#length;
  }

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53, seven bits a byte. */
  whole(value: number): void {
    this.#room(8);
    let rest = value;
    while (rest >= 2 ** 31) {
      this.#bytes[this.#length++] = (rest % 128) | 128;
      rest = Math.floor(rest / 128);
    }
    while (rest >= 128) {
      this.#bytes[this.#length++] = (rest & 127) | 128;
      rest >>>= 7;
    }
    this.#bytes[this.#length++] = rest;
  }

  /** A number of which the first eight bits count (bfloat16, rounded): whole ones up to 256 come back as they are. */
  rough(value: number): void {
    this.#room(4);
    this.#view.setFloat32(this.#length, value, true);
    const bits = this.#view.getUint32(this.#length, true);
    this.#view.setUint16(this.#length, Math.min(0xffff, (bits + 0x8000) >>> 16), true);
    this.#length += 2;
  }

  double(value: number): void {
    this.#room(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  raw(bytes: Uint8Array): void {
    this.#room(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  text(value: string): void {
    const bytes = Buffer.from(value.toWellFormed());
    this.whole(bytes.length);
    this.raw(bytes);
  }

  /** What was written, as a copy; empty afterwards. */
  take(): Uint8Array {
    const bytes = this.#bytes.slice(0, this.#length);
    this.#length = 0;
    return bytes;
  }

  /** What was written, as a view that is good until more is written. */
  view(): Uint8Array {
    return this.#bytes.subarray(0, this.#length);
  }

  clear(): void {
    this.#length = 0;
  }

  #room(bytes: number): void {
    if (this.#length + bytes <= this.#bytes.length) return;
    const larger = new Uint8Array(Math.max(2 * this.#bytes.length, this.#length + bytes));
    larger.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = larger;
    this.#view = new DataView(larger.buffer);
  }
}

/** Reads what BytePacker wrote. Beyond the end it throws a RangeError. */
export class ByteUnpacker {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get isAtEnd(): boolean {
    return this.#at === this.#bytes.length;
  }

  byte(): number {
    return this.#view.getUint8(this.#at++);
  }

  whole(): number {
    let value = 0;
    for (let scale = 1; scale <= 2 ** 49; scale *= 128) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
    }
    throw new RangeError('a number is too large');
  }

  /** A whole number that counts things that follow: no more of them than bytes that are left. */
  count(): number {
    const count = this.whole();
    if (count > this.#bytes.length - this.#at) throw new RangeError(`${count} entries lie beyond the end`);
    return count;
  }

  rough(): number {
    const bits = this.#view.getUint16(this.#at, true);
    this.#at += 2;
    ROUGH.setUint32(0, bits << 16, true);
    return ROUGH.getFloat32(0, true);
  }

  double(): number {
    const value = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return value;
  }

  /** A view. */
  raw(length: number): Uint8Array {
    if (length > this.#bytes.length - this.#at) throw new RangeError(`${length} bytes lie beyond the end`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  text(): string {
    return Buffer.from(this.raw(this.whole())).toString();
  }
}

const ROUGH = new DataView(new ArrayBuffer(4));
