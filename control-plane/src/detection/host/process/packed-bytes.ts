const MAX_TEXT = 65_535;

/** Numbers (little-endian) and texts (length as u16, UTF-8) one behind the other. */
export class ByteWriter {
  #bytes = Buffer.alloc(1024);
  #length = 0;

  u16(value: number): this {
    this.#length = this.#room(2).writeUInt16LE(value & 0xffff, this.#length);
    return this;
  }

  u32(value: number): this {
    this.#length = this.#room(4).writeUInt32LE(value >>> 0, this.#length);
    return this;
  }

  u64(value: bigint): this {
    this.#length = this.#room(8).writeBigUInt64LE(BigInt.asUintN(64, value), this.#length);
    return this;
  }

  /** Cut at 65535 bytes. */
  text(value: string): this {
    const bytes = Buffer.from(value.toWellFormed());
    const length = Math.min(bytes.length, MAX_TEXT);
    this.u16(length);
    this.#length += bytes.copy(this.#room(length), this.#length, 0, length);
    return this;
  }

  raw(value: Uint8Array): this {
    this.#room(value.length).set(value, this.#length);
    this.#length += value.length;
    return this;
  }

  bytes(): Uint8Array {
    return new Uint8Array(this.#bytes.subarray(0, this.#length));
  }

  #room(bytes: number): Buffer {
    const needed = this.#length + bytes;
    if (needed <= this.#bytes.length) return this.#bytes;
    const larger = Buffer.alloc(Math.max(needed, 2 * this.#bytes.length));
    this.#bytes.copy(larger, 0, 0, this.#length);
    this.#bytes = larger;
    return larger;
  }
}

/** Reads what ByteWriter wrote. Beyond the end it throws a RangeError. */
export class ByteReader {
  readonly #bytes: Buffer;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  u16(): number {
    const value = this.#bytes.readUInt16LE(this.#at);
    this.#at += 2;
    return value;
  }

  u32(): number {
    const value = this.#bytes.readUInt32LE(this.#at);
    this.#at += 4;
    return value;
  }

  u64(): bigint {
    const value = this.#bytes.readBigUInt64LE(this.#at);
    this.#at += 8;
    return value;
  }

  text(): string {
    return this.raw(this.u16()).toString('utf8');
  }

  /** A view. */
  raw(length: number): Buffer {
    const end = this.#at + length;
    if (end > this.#bytes.length) throw new RangeError(`${length} bytes at ${this.#at} lie beyond the end`);
    const view = this.#bytes.subarray(this.#at, end);
    this.#at = end;
    return view;
  }
}
