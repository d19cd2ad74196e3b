import { FeatureError } from '../feature-error.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads what `ByteWriter` wrote. Everything throws FeatureError FEATURES_MALFORMED when the bytes can not be that. */
export class ByteReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  byte(): number {
    const value = this.#bytes[this.#at];
    if (value === undefined) throw malformed('they end too early');
    this.#at++;
    return value;
  }

  whole(): number {
    let [value, scale] = [0, 1];
    for (let i = 0; i < 8; i++) {
      const byte = this.byte();
      value += (byte & 127) * scale;
      if (byte < 128) return value;
      scale *= 128;
    }
    throw malformed('a number is too long');
  }

  number(): number {
    const value = this.whole();
    if (value > 0) return value - 1;
    this.#need(8);
    const read = this.#view.getFloat64(this.#at, true);
    this.#at += 8;
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
      throw malformed('a text is not UTF-8');
    }
  }

  /** A number of things that follow, each of at least `bytes` bytes. */
  count(bytes = 1): number {
    const count = this.whole();
    if (count * bytes > this.left) throw malformed('they claim more than is there');
    return count;
  }

  /** Throws when anything is left. */
  end(): void {
    if (this.left > 0) throw malformed('something follows their end');
  }

  #need(bytes: number): void {
    if (bytes > this.left) throw malformed('they end too early');
  }
}

export const malformed = (why: string): FeatureError =>
  new FeatureError('FEATURES_MALFORMED', `the saved windows can not be read: ${why}; they are collected anew`);
