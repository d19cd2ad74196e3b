/** A mark of the order of bytes is a character as any other: a text comes back as it was. */
const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Reads what `ByteWriter` wrote. Everything throws what `refuse` makes when the bytes can not be that. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  readonly #refuse: (why: string) => Error;
  #at = 0;

  /** @param refuse makes the error of a format: "they end too early", say, where `they` are the bytes */
  constructor(bytes: Uint8Array, refuse: (why: string) => Error) {
    this.#bytes = bytes;
    this.#refuse = refuse;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw this.#refuse('they end too early');
    this.#at++;
    return value;
  }

  whole(): number {
    let [value, scale] = [0, 1];
    for (let i = 0; i < 8; i++) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128 && value <= Number.MAX_SAFE_INTEGER) return value;
      scale *= 128;
    }
    throw this.#refuse('a number is too large');
  }

  number(): number {
    const value = this.whole();
    if (value > 0) return value - 1;
    this.#need(8);
    const read = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
    return read;
  }

  u32(): number {
    this.#need(4);
    const read = this.#view.getUint32(this.#at, true);
    this.#at += 4;
    return read;
  }

  big(): bigint {
    this.#need(8);
    const read = this.#view.getBigUint64(this.#at, true);
    this.#at += 8;
    return read;
  }

  text(): string {
    const length = this.whole();
    this.#need(length);
    const bytes = this.#bytes.subarray(this.#at, this.#at + length);
    this.#at += length;
    try {
      return decoder.decode(bytes);
    } catch {
      throw this.#refuse('a text is not UTF-8');
    }
  }

  /** A number of things that follow, each of at least `bytes` bytes. */
  count(bytes = 1): number {
    const count = this.whole();
    if (count * bytes > this.left) throw this.#refuse('they claim more than is there');
    return count;
  }

  /** Throws when anything is left. */
  end(): void {
    if (this.left > 0) throw this.#refuse('something follows their end');
  }

  #need(bytes: number): void {
    if (bytes > this.left) throw this.#refuse('they end too early');
  }
}
