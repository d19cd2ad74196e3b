import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import {
  BatchError,
  CaptureDecoder,
  type CapturedMessage,
  CaptureEncoder,
  CaptureError,
  decodeBatchHeader,
  messageOf,
} from '@picket/sdk';
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

export interface CaptureCheck {
  /** Whether a capture that ends early will do. */
  readonly partial?: boolean;
}

/**
 * Reads a whole capture file, so that a wrong one is refused before anything of it is published.
 * @throws CaptureError; BatchError BATCH_SCHEMA_UNSUPPORTED when its events are of another schema; CliError
 *   FILE_UNREADABLE
 */
export async function checkCapture(file: string, { partial = false }: CaptureCheck = {}): Promise<void> {
  try {
    for await (const { batch } of readCapture(file)) checkSchema(batch);
  } catch (error) {
    if (!(error instanceof CaptureError && error.code === 'CAPTURE_TRUNCATED')) throw error;
    if (!partial)
      throw new CaptureError(error.code, `${error.message}, or publish what is whole: picket replay FILE --partial`);
  }
}

/** What else is wrong with a batch was so on the bus already: it is recorded as it came. */
function checkSchema(batch: Uint8Array): void {
  try {
    decodeBatchHeader(batch);
  } catch (error) {
    if (!(error instanceof BatchError)) throw error;
    if (error.code === 'BATCH_SCHEMA_UNSUPPORTED') throw error;
  }
}

async function* pieces(file: string): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    for await (const piece of createReadStream(file)) yield piece;
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

  /** Leaves it without its end: readers take it for truncated. */
  async abandon(): Promise<void> {
    await this.#file.close();
  }

  async #write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#file.writeFile(bytes);
    } catch (cause) {
      const why = `the capture can not be written any further (${messageOf(cause)})`;
      throw new CliError('FILE_UNREADABLE', `${why}: what it holds can be replayed with --partial`, { cause });
    }
    this.#bytes += bytes.length;
  }
}
