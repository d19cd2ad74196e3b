import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { CaptureDecoder, type CapturedMessage, CaptureEncoder, messageOf } from '@picket/sdk';
import { CliError } from '../errors.ts';

/**
 * Reads the messages of a capture file one by one.
 * @throws CaptureError, after the last whole message where the file ends early; CliError FILE_UNREADABLE
 */
export async function* readCapture(file: string): AsyncGenerator<CapturedMessage, void, undefined> {
  const decoder = new CaptureDecoder();
  for await (const piece of pieces(file)) yield* decoder.push(piece);
  decoder.finish();
}

/**
 * Looks at the beginning of a capture file, so that a wrong one is refused before anything is begun.
 * @throws CaptureError, or CliError FILE_UNREADABLE
 */
export async function checkCapture(file: string): Promise<void> {
  const decoder = new CaptureDecoder();
  for await (const piece of pieces(file, 8)) {
    decoder.push(piece).next();
    if (piece.length === 8) return;
  }
  decoder.finish();
}

async function* pieces(file: string, length?: number): AsyncGenerator<Uint8Array, void, undefined> {
  const stream = createReadStream(file, length === undefined ? {} : { end: length - 1 });
  try {
    for await (const piece of stream) yield piece;
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).syscall === undefined) throw cause;
    throw new CliError('FILE_UNREADABLE', `${file} can not be read: ${messageOf(cause)}`, { cause });
  }
}

/** A capture file that is being written. */
export class CaptureWriter {
  readonly #file: FileHandle;
  readonly #encoder = new CaptureEncoder();
  #bytes = 0;

  private constructor(file: FileHandle) {
    this.#file = file;
  }

  /** @throws CliError FILE_EXISTS, FILE_UNREADABLE */
  static async create(file: string, overwrite: boolean): Promise<CaptureWriter> {
    try {
      const writer = new CaptureWriter(await open(file, overwrite ? 'w' : 'wx', 0o600));
      await writer.#write(writer.#encoder.start());
      return writer;
    } catch (cause) {
      if ((cause as NodeJS.ErrnoException).code === 'EEXIST')
        throw new CliError('FILE_EXISTS', `${file} exists: choose another name, or give --force to replace it`);
      throw new CliError('FILE_UNREADABLE', `${file} can not be written: ${messageOf(cause)}`, { cause });
    }
  }

  /** Bytes written so far. */
  get bytes(): number {
    return this.#bytes;
  }

  async add(message: CapturedMessage): Promise<void> {
    await this.#write(this.#encoder.message(message));
  }

  /** Writes the end, so that readers know that nothing is missing. */
  async finish(): Promise<void> {
    await this.#write(this.#encoder.end());
    await this.#file.sync();
    await this.#file.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    await this.#file.writeFile(bytes);
    this.#bytes += bytes.length;
  }
}
