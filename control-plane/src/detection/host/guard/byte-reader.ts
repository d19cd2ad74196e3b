import { DetectorRefused, type RefusalCode } from './detector-refused.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true });

/** Reads a stretch of a binary and never past its end. Offsets count from the start of the whole file. */
export class ByteReader {
  readonly bytes: Uint8Array;
  readonly end: number;
  at: number;

  constructor(bytes: Uint8Array, at = 0, end = bytes.length) {
    this.bytes = bytes;
    this.at = at;
    this.end = end;
  }

  get done(): boolean {
    return this.at >= this.end;
  }

  byte(): number {
    if (this.at >= this.end) throw this.refusal('DETECTOR_MALFORMED', 'the binary ends too early');
    return this.bytes[this.at++] ?? 0;
  }

  /** An unsigned LEB128 number of 32 bits, in at most five bytes; longer forms than needed are valid. */
  u32(): number {
    const start = this.at;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      if (shift === 28 && byte > 0x0f) break;
      value += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) return value;
    }
    throw new DetectorRefused('DETECTOR_MALFORMED', start, 'a number does not fit into 32 bits');
  }

  /** The value of a signed LEB128 number of 32 bits. */
  s32(): number {
    const start = this.at;
    let value = 0;
    for (let shift = 0; shift < 35; shift += 7) {
      const byte = this.byte();
      value |= (byte & 0x7f) << shift;
      if (byte < 0x80) return shift < 28 && byte & 0x40 ? value | (-1 << (shift + 7)) : value;
    }
    throw new DetectorRefused('DETECTOR_MALFORMED', start, 'a number does not fit into 32 bits');
  }

  /** Passes over a LEB128 number of at most that many bytes. */
  skipLeb(most: number): void {
    const start = this.at;
    for (let read = 0; read < most; read++) if (this.byte() < 0x80) return;
    throw new DetectorRefused('DETECTOR_MALFORMED', start, `a number is longer than ${most} bytes`);
  }

  skip(length: number): void {
    if (length > this.end - this.at) throw this.refusal('DETECTOR_MALFORMED', 'the binary ends too early');
    this.at += length;
  }

  /** The next bytes as a reader of their own; this one goes on behind them. */
  part(length: number): ByteReader {
    const start = this.at;
    this.skip(length);
    return new ByteReader(this.bytes, start, this.at);
  }

  /** A count of things of at least one byte each: what can not be there is refused before anything is allocated. */
  count(most: number, what: string): number {
    const start = this.at;
    const count = this.u32();
    if (count > most)
      throw new DetectorRefused('DETECTOR_TOO_LARGE', start, `${count} ${what}: at most ${most} are taken`);
    if (count > this.end - this.at)
      throw new DetectorRefused('DETECTOR_MALFORMED', start, `${count} ${what} do not fit into what follows`);
    return count;
  }

  /** A length-prefixed UTF-8 name. */
  name(most: number): string {
    const start = this.at;
    const length = this.u32();
    if (length > most)
      throw new DetectorRefused('DETECTOR_TOO_LARGE', start, `a name of ${length} bytes: at most ${most} are taken`);
    const part = this.part(length);
    try {
      return utf8.decode(this.bytes.subarray(part.at, part.end));
    } catch (cause) {
      throw new DetectorRefused('DETECTOR_MALFORMED', start, 'a name is not UTF-8', { cause });
    }
  }

  /** That nothing is left of this stretch. */
  finish(what: string): void {
    if (!this.done) throw this.refusal('DETECTOR_MALFORMED', `${what} is longer than what is in it`);
  }

  refusal(code: RefusalCode, message: string): DetectorRefused {
    return new DetectorRefused(code, this.at, message);
  }
}
