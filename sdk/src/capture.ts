import { PicketError } from './errors.ts';

/**
 * The capture file: bus messages as they were published, so that a replay is exact. Little-endian.
 *
 *   file   = "PKCAP" 0 u16 version, frame...
 *   frame  = u32 length of the payload, u8 type, payload
 *   type 1 = f64 publish time in ms since 1970, u16 subject length, subject, batch
 *   type 2 = u32 frames before it, u32 CRC-32 of all bytes of those frames; always the last frame
 *
 * Free of Node APIs: it takes and gives bytes.
 */
export const CAPTURE_VERSION = 1;

const MAGIC = new TextEncoder().encode('PKCAP\0');
const PREFIX = 8;
const FRAME = 5;
const MESSAGE = 1;
const END = 2;
/** A batch is at most 8 MiB when unpacked; packed bytes and header stay well below twice that. */
const MAX_FRAME = 16 * 1024 * 1024;

export type CaptureErrorCode = 'CAPTURE_NOT_A_CAPTURE' | 'CAPTURE_VERSION' | 'CAPTURE_TRUNCATED' | 'CAPTURE_CORRUPT';

/** A capture that can not be read, or not to its end. */
export class CaptureError extends PicketError {
  declare readonly code: CaptureErrorCode;
  constructor(code: CaptureErrorCode, message: string, options?: ErrorOptions) {
    super(code, message, options);
    this.name = 'CaptureError';
  }
}

/** One bus message of a capture. */
export interface CapturedMessage {
  readonly subject: string;
  /** When it was published, ms since 1970. */
  readonly time: number;
  readonly batch: Uint8Array;
}

const TABLE = Uint32Array.from({ length: 256 }, (_, i) => {
  let value = i;
  for (let bit = 0; bit < 8; bit++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** CRC-32 as in RFC 1952. Give the result of the bytes before as `previous` to go on. */
export function crc32(bytes: Uint8Array, previous = 0): number {
  let crc = ~previous;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ (TABLE[(crc ^ (bytes[i] as number)) & 255] as number);
  return ~crc >>> 0;
}

/** Makes the bytes of a capture, piece by piece: `start`, then `message` for each, then `end`. */
export class CaptureEncoder {
  #frames = 0;
  #crc = 0;

  /** The bytes every capture begins with. */
  start(): Uint8Array {
    const out = new Uint8Array(PREFIX);
    out.set(MAGIC);
    new DataView(out.buffer).setUint16(6, CAPTURE_VERSION, true);
    return out;
  }

  /** @throws RangeError when the subject or the batch is too long for a frame */
  message(message: CapturedMessage): Uint8Array {
    const subject = new TextEncoder().encode(message.subject);
    const length = 10 + subject.length + message.batch.length;
    if (subject.length > 0xffff || length > MAX_FRAME) throw new RangeError(`a frame of ${length} bytes is too long`);
    const out = frame(MESSAGE, length);
    const view = new DataView(out.buffer, FRAME);
    view.setFloat64(0, message.time, true);
    view.setUint16(8, subject.length, true);
    out.set(subject, FRAME + 10);
    out.set(message.batch, FRAME + 10 + subject.length);
    this.#frames++;
    this.#crc = crc32(out, this.#crc);
    return out;
  }

  /** The last frame: without it a reader takes the capture for truncated. */
  end(): Uint8Array {
    const out = frame(END, 8);
    const view = new DataView(out.buffer, FRAME);
    view.setUint32(0, this.#frames, true);
    view.setUint32(4, this.#crc, true);
    return out;
  }
}

function frame(type: number, length: number): Uint8Array {
  const out = new Uint8Array(FRAME + length);
  new DataView(out.buffer).setUint32(0, length, true);
  out[4] = type;
  return out;
}

/**
 * Reads a capture from its bytes in pieces of any size. Give the pieces to `push` and take whole messages
 * from what it returns; call `finish` after the last piece. A truncated capture gives all its whole messages
 * before `finish` throws.
 */
export class CaptureDecoder {
  #left: Uint8Array = new Uint8Array(0);
  #started = false;
  #ended = false;
  #frames = 0;
  #crc = 0;

  /** Messages read so far. */
  get messages(): number {
    return this.#frames;
  }

  /** @throws CaptureError when the bytes are not a capture, of another version, or contradict themselves */
  *push(piece: Uint8Array): Generator<CapturedMessage, void, undefined> {
    const bytes = joined(this.#left, piece);
    let at = 0;
    if (!this.#started) {
      checkMagic(bytes);
      this.#left = bytes;
      if (bytes.length < PREFIX) return;
      checkVersion(bytes);
      this.#started = true;
      at = PREFIX;
    }
    this.#left = bytes.subarray(at);
    for (let whole = frameLength(this.#left); whole > 0; whole = frameLength(this.#left)) {
      const one = this.#left.subarray(0, whole);
      this.#left = this.#left.subarray(whole);
      const message = this.#frame(one);
      if (message) yield message;
    }
    if (this.#ended && this.#left.length > 0) throw corrupt('bytes follow its end frame');
  }

  /** @throws CaptureError when the capture is empty or ended early */
  finish(): void {
    if (this.#ended) return;
    if (!this.#started) throw notACapture();
    throw new CaptureError(
      'CAPTURE_TRUNCATED',
      `the capture ends early: its ${this.#frames} whole messages were read, what followed is missing; record it again if you need the rest`,
    );
  }

  #frame(bytes: Uint8Array): CapturedMessage | undefined {
    if (this.#ended) throw corrupt('a frame follows its end frame');
    if (bytes[4] === END) {
      this.#checkEnd(bytes);
      this.#ended = true;
      return undefined;
    }
    this.#frames++;
    this.#crc = crc32(bytes, this.#crc);
    if (bytes[4] !== MESSAGE) throw corrupt(`frame ${this.#frames} has the unknown type ${bytes[4]}`);
    return readMessage(bytes.subarray(FRAME), this.#frames);
  }

  #checkEnd(bytes: Uint8Array): void {
    if (bytes.length !== FRAME + 8) throw corrupt('its end frame has a wrong length');
    const view = new DataView(bytes.buffer, bytes.byteOffset + FRAME);
    const frames = view.getUint32(0, true);
    if (frames !== this.#frames) throw corrupt(`it should hold ${frames} messages and holds ${this.#frames}`);
    if (view.getUint32(4, true) !== this.#crc) throw corrupt('its checksum does not match: bytes were changed');
  }
}

/** Whole length of the first frame in `bytes`; 0 when it is not all there yet. */
function frameLength(bytes: Uint8Array): number {
  if (bytes.length < FRAME) return 0;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(0, true);
  if (length > MAX_FRAME) throw corrupt(`a frame claims ${length} bytes`);
  return bytes.length < FRAME + length ? 0 : FRAME + length;
}

function readMessage(payload: Uint8Array, number: number): CapturedMessage {
  const view = new DataView(payload.buffer, payload.byteOffset, payload.byteLength);
  const subject = payload.length < 10 ? Number.POSITIVE_INFINITY : view.getUint16(8, true);
  if (10 + subject > payload.length) throw corrupt(`message ${number} is shorter than its own fields`);
  return {
    time: view.getFloat64(0, true),
    subject: new TextDecoder().decode(payload.subarray(10, 10 + subject)),
    // A copy; `slice` of a Node Buffer would be a view of the piece.
    batch: new Uint8Array(payload.subarray(10 + subject)),
  };
}

function joined(left: Uint8Array, right: Uint8Array): Uint8Array {
  if (left.length === 0) return right;
  const out = new Uint8Array(left.length + right.length);
  out.set(left);
  out.set(right, left.length);
  return out;
}

function checkMagic(bytes: Uint8Array): void {
  if (MAGIC.some((byte, i) => i < bytes.length && bytes[i] !== byte)) throw notACapture();
}

function checkVersion(bytes: Uint8Array): void {
  const version = new DataView(bytes.buffer, bytes.byteOffset).getUint16(6, true);
  if (version !== CAPTURE_VERSION)
    throw new CaptureError(
      'CAPTURE_VERSION',
      `the capture has format ${version}, this reader knows ${CAPTURE_VERSION}: update Picket or record it again`,
    );
}

function notACapture(): CaptureError {
  return new CaptureError('CAPTURE_NOT_A_CAPTURE', 'this is not a Picket capture: make one with picket record FILE');
}

function corrupt(why: string): CaptureError {
  return new CaptureError('CAPTURE_CORRUPT', `the capture is damaged: ${why}`);
}
