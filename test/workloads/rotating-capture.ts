import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { CapturedMessage } from '@picket/sdk';
import { CaptureWriter } from '../../sdk/cli/src/capture/capture-file.ts';

/**
 * One recording in pieces, `000.pkcap`, `001.pkcap` …: a piece that has its end can be read while the next one grows. The
 * pieces one after the other are the recording, nothing is between them.
 */
export class RotatingCapture {
  readonly #folder: string;
  readonly #pieceMs: number;
  #writer: CaptureWriter | undefined;
  #until = 0;
  #pieces = 0;

  /** @param folder is made when missing; pieces in it are replaced */
  constructor(folder: string, pieceSeconds: number) {
    mkdirSync(folder, { recursive: true });
    this.#folder = folder;
    this.#pieceMs = pieceSeconds * 1000;
  }

  async add(message: CapturedMessage): Promise<void> {
    if (message.time > this.#until) await this.#next(message.time);
    await this.#writer?.add(message);
  }

  /** Gives the last piece its end. */
  async finish(): Promise<void> {
    await this.#writer?.finish();
    this.#writer = undefined;
  }

  async #next(time: number): Promise<void> {
    await this.finish();
    const name = `${String(this.#pieces++).padStart(3, '0')}.pkcap`;
    this.#writer = await CaptureWriter.create(join(this.#folder, name), true);
    this.#until = time + this.#pieceMs;
  }
}
