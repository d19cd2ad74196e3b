import { closeSync, openSync, readSync } from 'node:fs';
import { CAPTURE_VERSION, CaptureError, messageOf } from '@picket/sdk';
import { ControlPlaneError } from '../../errors.ts';

/** A message of a capture. `bytes` are valid until the next one is asked for. */
export interface CaptureFrame {
  readonly subject: string;
  /** When it was published, ms since 1970. */
  readonly time: number;
  readonly bytes: Uint8Array;
}

const PREFIX = 8;
const FRAME = 5;
const MESSAGE = 1;
const CHUNK = 4 << 20;
/** As CaptureDecoder: a longer frame is no frame. */
const MAX_FRAME = 16 << 20;

/**
 * Walks the messages of a capture file that was checked before, without copying any or summing them up again.
 * @throws CaptureError when the file is not what was checked
 */
export function* captureFrames(path: string): Generator<CaptureFrame, void, undefined> {
  const file = open(path);
  try {
    const window = new FileWindow(file);
    if (!window.have(PREFIX) || window.view.getUint16(window.at + 6, true) !== CAPTURE_VERSION) throw changed();
    window.at += PREFIX;
    while (window.have(FRAME)) {
      const length = window.view.getUint32(window.at, true);
      if (length > MAX_FRAME || !window.have(FRAME + length)) throw changed();
      const { at } = window;
      window.at += FRAME + length;
      if (window.bytes[at + 4] === MESSAGE) yield frameAt(window, at + FRAME, length);
    }
  } finally {
    closeSync(file);
  }
}

function open(path: string): number {
  try {
    return openSync(path, 'r');
  } catch (cause) {
    throw new ControlPlaneError('NOT_FOUND', `the events can not be read, they were deleted: ${messageOf(cause)}`, {
      cause,
    });
  }
}

function frameAt({ bytes, view }: FileWindow, at: number, length: number): CaptureFrame {
  const subject = length < 10 ? length : view.getUint16(at + 8, true);
  if (10 + subject > length) throw changed();
  return {
    time: view.getFloat64(at, true),
    subject: bytes.toString('latin1', at + 10, at + 10 + subject),
    bytes: bytes.subarray(at + 10 + subject, at + length),
  };
}

/** A piece of a file that moves on. */
class FileWindow {
  bytes = Buffer.alloc(CHUNK);
  view = new DataView(this.bytes.buffer);
  /** Where the next frame begins. */
  at = 0;
  readonly #file: number;
  #end = 0;

  constructor(file: number) {
    this.#file = file;
  }

  /** Whether so many bytes follow; reads on when they are not there yet, which may move what was read. */
  have(length: number): boolean {
    if (this.#end - this.at >= length) return true;
    this.#makeRoom(length);
    while (this.#end - this.at < length) {
      const read = readSync(this.#file, this.bytes, this.#end, this.bytes.length - this.#end, null);
      if (read === 0) return false;
      this.#end += read;
    }
    return true;
  }

  #makeRoom(length: number): void {
    const left = this.bytes.subarray(this.at, this.#end);
    // the frame before may still be in use: its bytes stay where they are
    const next = Buffer.alloc(Math.max(CHUNK, length));
    next.set(left);
    this.bytes = next;
    this.view = new DataView(next.buffer);
    this.#end = left.length;
    this.at = 0;
  }
}

const changed = () =>
  new CaptureError('CAPTURE_CORRUPT', 'the capture is not what it was when it was checked: upload it again');
