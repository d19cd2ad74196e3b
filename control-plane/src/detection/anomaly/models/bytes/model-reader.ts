import { ModelError } from '../model-error.ts';

const decoder = new TextDecoder('utf-8', { fatal: true });

/** Reads what ModelWriter wrote; everything else ends in a ModelError. */
export class ModelReader {
  readonly #bytes: Uint8Array;
  readonly #view: DataView;
  #at = 0;

  constructor(bytes: Uint8Array) {
    this.#bytes = bytes;
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  }

  /** A number up to `most`; by it nothing larger is made than the saved one can have been. */
  count(most: number, what: string): number {
    let value = 0;
    for (let scale = 1; ; scale *= 0x80) {
      const byte = this.byte();
      value += (byte & 0x7f) * scale;
      if (value > most) throw malformed(`${what} is above ${most}`);
      if (byte < 0x80) return value;
      if (scale > 2 ** 45) throw malformed(`${what} does not end`);
    }
  }

  byte(): number {
    return this.#view.getUint8(this.#take(1));
  }

  u16(): number {
    return this.#view.getUint16(this.#take(2), true);
  }

  /** A finite one. */
  float(what: string): number {
    const value = this.#view.getFloat32(this.#take(4), true);
    if (!Number.isFinite(value)) throw malformed(`${what} is no finite number`);
    return value;
  }

  floats(most: number, what: string): Float32Array {
    const values = new Float32Array(this.#sized(most, 4, what));
    for (let at = 0; at < values.length; at++) values[at] = this.float(what);
    return values;
  }

  text(most: number, what: string): string {
    try {
      return decoder.decode(this.block(most, what));
    } catch (error) {
      if (error instanceof ModelError) throw error;
      throw malformed(`${what} is not UTF-8`, error);
    }
  }

  /** A view. */
  block(most: number, what: string): Uint8Array {
    const length = this.#sized(most, 1, what);
    const from = this.#take(length);
    return this.#bytes.subarray(from, from + length);
  }

  /** @throws ModelError when something is left */
  end(): void {
    if (this.#at !== this.#bytes.length) throw malformed(`${this.#bytes.length - this.#at} bytes too many`);
  }

  #sized(most: number, each: number, what: string): number {
    const count = this.count(most, what);
    if (count * each > this.#bytes.length - this.#at) throw malformed(`${what} goes beyond the end`);
    return count;
  }

  #take(length: number): number {
    const from = this.#at;
    if (from + length > this.#bytes.length) throw malformed('it ends too early');
    this.#at += length;
    return from;
  }
}

export const malformed = (what: string, cause?: unknown): ModelError =>
  new ModelError('MODEL_MALFORMED', `this is not a saved model (${what}): train it again or use an older version`, {
    cause,
  });
