import { TextDecoder } from 'node:util';
import { DetectorFault } from './detector-fault.ts';

export type TextEncoding = 'utf8' | 'utf16';

/** Asks the guest for memory. */
export type Allocate = (align: number, bytes: number) => unknown;

const encoder = new TextEncoder();

/**
 * The memory of a guest, with every address and length from it checked before use. Addresses come from wasm as signed
 * numbers. What has been read is a copy: the guest can not change it later.
 */
export class GuestMemory {
  readonly #memory: WebAssembly.Memory;
  readonly #encoding: TextEncoding;
  readonly #decoder: TextDecoder;
  #bytes: Uint8Array;
  #view: DataView;
  allocate: Allocate = () => undefined;

  constructor(memory: WebAssembly.Memory, encoding: TextEncoding) {
    this.#memory = memory;
    this.#encoding = encoding;
    this.#decoder = new TextDecoder(encoding === 'utf16' ? 'utf-16le' : 'utf-8', { fatal: true, ignoreBOM: true });
    this.#bytes = new Uint8Array(memory.buffer);
    this.#view = new DataView(memory.buffer);
  }

  get #unitBytes(): number {
    return this.#encoding === 'utf16' ? 2 : 1;
  }

  /** The bytes as they are now. A view from before the memory grew is empty, so it is made anew then. */
  get bytes(): Uint8Array {
    this.#refresh();
    return this.#bytes;
  }

  #refresh(): void {
    if (this.#bytes.buffer === this.#memory.buffer) return;
    this.#bytes = new Uint8Array(this.#memory.buffer);
    this.#view = new DataView(this.#memory.buffer);
  }

  /**
   * The address as a positive number, when `length` bytes from it lie in the memory.
   * @throws DetectorFault DETECTOR_BOUNDS
   */
  check(address: unknown, length: number, align: number, what: string): number {
    if (typeof address !== 'number') throw new DetectorFault('DETECTOR_ABI', `the address of ${what} is no number`);
    const at = address >>> 0;
    this.#refresh();
    if (at + length > this.#bytes.length)
      throw new DetectorFault('DETECTOR_BOUNDS', `${what} at ${at} with ${length} bytes leaves the memory`);
    if (at % align !== 0) throw new DetectorFault('DETECTOR_BOUNDS', `${what} at ${at} is not aligned to ${align}`);
    return at;
  }

  u8(at: number): number {
    return this.#view.getUint8(at);
  }
  u32(at: number): number {
    return this.#view.getUint32(at, true);
  }

  /**
   * A text of `length` code units, cut to `limit`. The whole must lie in the memory; only what is taken is decoded.
   * @throws DetectorFault DETECTOR_BOUNDS, or DETECTOR_TEXT for what is not valid in the encoding of the guest
   */
  text(address: number, length: number, limit: number, what: string): string {
    const units = length >>> 0;
    const width = this.#unitBytes;
    const at = this.check(address, units * width, width, what);
    const taken = units > limit ? this.#wholeCharacters(at, limit) : units;
    try {
      return this.#decoder.decode(this.#bytes.subarray(at, at + taken * width));
    } catch (cause) {
      throw new DetectorFault('DETECTOR_TEXT', `${what} is not valid ${this.#encoding}`, { cause });
    }
  }

  /** The largest number of units up to `limit` that does not cut a character. */
  #wholeCharacters(at: number, limit: number): number {
    let units = limit;
    if (this.#encoding === 'utf16')
      return units > 0 && (this.#view.getUint16(at + 2 * (units - 1), true) & 0xfc00) === 0xd800 ? units - 1 : units;
    while (units > 0 && limit - units < 4 && (this.u8(at + units) & 0xc0) === 0x80) units--;
    return units;
  }

  /** Bytes, copied. */
  take(address: number, length: number, what: string): Uint8Array {
    const at = this.check(address, length >>> 0, 1, what);
    return this.#bytes.slice(at, at + (length >>> 0));
  }

  /** Room in the guest, by its own `cabi_realloc`, whose answer is not trusted either. */
  room(bytes: number, align: number, what: string): number {
    return this.check(this.allocate(align, bytes), bytes, align, `the room for ${what}`);
  }

  /** Puts bytes into the guest: address and length. */
  put(source: Uint8Array, what: string): [at: number, length: number] {
    const at = this.room(source.length, 1, what);
    this.#bytes.set(source, at);
    return [at, source.length];
  }

  /** Puts a text into the guest: address and length in code units. Halves of surrogate pairs become U+FFFD. */
  putText(text: string, what: string): [at: number, units: number] {
    if (this.#encoding === 'utf8') return this.put(encoder.encode(text), what);
    const whole = text.toWellFormed();
    const at = this.room(whole.length * 2, 2, what);
    for (let i = 0; i < whole.length; i++) this.#view.setUint16(at + 2 * i, whole.charCodeAt(i), true);
    return [at, whole.length];
  }

  setU8(at: number, value: number): void {
    this.#view.setUint8(at, value);
  }
  setU16(at: number, value: number): void {
    this.#view.setUint16(at, value, true);
  }
  setU32(at: number, value: number): void {
    this.#view.setUint32(at, value, true);
  }
  setU64(at: number, value: bigint): void {
    this.#view.setBigUint64(at, value, true);
  }
}
