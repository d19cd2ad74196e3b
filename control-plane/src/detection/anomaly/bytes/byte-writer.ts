const encoder = new TextEncoder();

/** Bytes that grow. Numbers are written so that small whole ones are short. */
export class ByteWriter {
  #bytes = new Uint8Array(1024);
  #view = new DataView(this.#bytes.buffer);
  #length = 0;

  byte(value: number): void {
    this.#room(1);
    this.#bytes[this.#length++] = value;
  }

  /** A whole number from 0 to 2^53, seven bits a byte. */
  whole(value: number): void {
    this.#room(8);
    let left = value;
    while (left >= 128) {
      this.#bytes[this.#length++] = (left % 128) | 128;
      left = Math.floor(left / 128);
    }
    this.#bytes[this.#length++] = left;
  }

  /** Any number: 0 for one that is no whole number below 2^52, then its 8 bytes; else that number + 1. */
  number(value: number): void {
    if (Number.isInteger(value) && value >= 0 && value < 2 ** 52 && !Object.is(value, -0)) {
      this.whole(value + 1);
      return;
    }
    this.whole(0);
    this.#room(8);
    this.#view.setFloat64(this.#length, value, true);
    this.#length += 8;
  }

  u32(value: number): void {
    this.#room(4);
    this.#view.setUint32(this.#length, value, true);
    this.#length += 4;
  }

  big(value: bigint): void {
    this.#room(8);
    this.#view.setBigUint64(this.#length, BigInt.asUintN(64, value), true);
    this.#length += 8;
  }

  text(text: string): void {
    this.#room(text.length * 3 + 8);
    const at = this.#length + (text.length * 3 < 128 ? 1 : 4);
    const { written } = encoder.encodeInto(text, this.#bytes.subarray(at));
    this.whole(written);
    this.#bytes.copyWithin(this.#length, at, at + written);
    this.#length += written;
  }

  done(): Uint8Array {
    return this.#bytes.slice(0, this.#length);
  }

  #room(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const bytes = new Uint8Array(Math.max(this.#bytes.length * 2, this.#length + more));
    bytes.set(this.#bytes.subarray(0, this.#length));
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer);
  }
}
