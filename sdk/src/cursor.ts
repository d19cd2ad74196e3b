import { Header } from './events.gen.ts';
import { formatIp } from './ip.ts';

const HIGH = 4294967296;
const decoder = new TextDecoder();

/**
 * Walks the records of a decoded batch without making an object per event.
 *
 * `open` it on the bytes of a batch, then call `next` until it answers false, then look at `malformed`:
 * a record whose length can not be true ends the walk there. Offsets come from `events.gen.ts`. Reads
 * inside a record are not checked again: `next` proved that the fixed part of the header is there, and
 * readers must ask only for fields of the record's own kind.
 */
export class EventCursor {
  bytes: Uint8Array = new Uint8Array(0);
  /** Byte offset of the current record in `bytes`. */
  at = 0;
  /** Index of the current record in the batch, from 0. */
  index = -1;
  /** Whether the walk ended at a record that can not be true. */
  malformed = false;
  #u16: Uint16Array = new Uint16Array(0);
  #u32: Uint32Array = new Uint32Array(0);
  #i32: Int32Array = new Int32Array(0);
  #view: DataView = new DataView(new ArrayBuffer(0));
  #following = 0;

  /** Starts before the first record. Bytes that are not 8-aligned in their buffer are copied. */
  open(bytes: Uint8Array): this {
    // slice() of a Buffer would be a view at the same place
    const own = bytes.byteOffset % 8 === 0 ? bytes : new Uint8Array(bytes);
    const whole = own.byteLength & ~7;
    this.bytes = own;
    this.#u16 = new Uint16Array(own.buffer, own.byteOffset, whole >> 1);
    this.#u32 = new Uint32Array(own.buffer, own.byteOffset, whole >> 2);
    this.#i32 = new Int32Array(own.buffer, own.byteOffset, whole >> 2);
    this.#view = new DataView(own.buffer, own.byteOffset, own.byteLength);
    this.at = 0;
    this.index = -1;
    this.malformed = false;
    this.#following = 0;
    return this;
  }

  /** Goes to the next record; false at the end. */
  next(): boolean {
    const at = this.#following;
    const left = this.bytes.byteLength - at;
    if (left <= 0) return false;
    const length = left >= Header.size ? (this.#u16[(at + Header.length) >> 1] as number) : 0;
    if (length < Header.size || length > left || (length & 7) !== 0) {
      this.malformed = true;
      return false;
    }
    this.at = at;
    this.index++;
    this.#following = at + length;
    return true;
  }

  /** Goes to the record at a byte offset that an earlier walk found. */
  seek(at: number, index: number): void {
    this.at = at;
    this.index = index;
    this.#following = at + this.u16(Header.length);
  }

  u8(offset: number): number {
    return this.bytes[this.at + offset] as number;
  }
  u16(offset: number): number {
    return this.#u16[(this.at + offset) >> 1] as number;
  }
  u32(offset: number): number {
    return this.#u32[(this.at + offset) >> 2] as number;
  }
  i32(offset: number): number {
    return this.#i32[(this.at + offset) >> 2] as number;
  }
  /** A u64 as a double: exact up to 2^53. */
  u64(offset: number): number {
    const word = (this.at + offset) >> 2;
    return (this.#u32[word] as number) + (this.#u32[word + 1] as number) * HIGH;
  }
  /** A u64 in full. Slow; for times and ids that leave the hot path. */
  big(offset: number): bigint {
    return this.#view.getBigUint64(this.at + offset, true);
  }

  get kind(): number {
    return this.#u16[this.at >> 1] as number;
  }
  get length(): number {
    return this.u16(Header.length);
  }
  get flags(): number {
    return this.u16(Header.flags);
  }
  get tgid(): number {
    return this.u32(Header.tgid);
  }
  get slot(): number {
    return this.u16(Header.slot);
  }
  get generation(): number {
    return this.u16(Header.generation);
  }
  get result(): number {
    return this.i32(Header.result);
  }
  /** CLOCK_BOOTTIME in ns as a double; the last bits are lost after 104 days, see `big` for the whole. */
  get time(): number {
    return this.u64(Header.time);
  }
  get start(): number {
    return this.u64(Header.start);
  }
  get sequence(): number {
    return this.u64(Header.sequence);
  }

  /** Where the bytes of a string field begin in `bytes`; the record itself when the reference is not true. */
  stringAt(offset: number): number {
    return this.at + this.u16(offset);
  }
  /** Length of a string field in bytes; 0 when the reference leaves the record. */
  stringLength(offset: number): number {
    const length = this.u16(offset + 2);
    return this.u16(offset) + length <= this.length ? length : 0;
  }
  /** A string field as text; bytes that are not UTF-8 become U+FFFD. */
  string(offset: number): string {
    const length = this.stringLength(offset);
    if (length === 0) return '';
    const at = this.stringAt(offset);
    return decoder.decode(this.bytes.subarray(at, at + length));
  }
  /** The elements of a `strs` field. */
  strings(offset: number): string[] {
    return this.stringLength(offset) === 0 ? [] : this.string(offset).split('\0');
  }
  /** An `ip` field as text. */
  ip(offset: number): string {
    return formatIp(this.bytes, this.at + offset);
  }
}
