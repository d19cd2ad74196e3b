import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { CaptureDecoder, CaptureError } from '@picket/sdk';
import { BACKTEST_LIMITS } from '@picket/sdk/client';
import { ControlPlaneError } from '../../errors.ts';

/** What was found in a capture. Times in ms since 1970. */
export interface CheckedCapture {
  readonly bytes: number;
  readonly batches: number;
  readonly from: number | null;
  readonly until: number | null;
}

const ENDING = '.pkcap';
/** What a Date can hold, ms since 1970. */
const LAST_TIME = 8.64e15;

/** The files of uploaded captures and of events that are being looked at, in a folder of their own. */
export class CaptureFiles {
  readonly #folder: string;

  /** @param folder made when it is not there */
  constructor(folder: string) {
    this.#folder = folder;
    mkdirSync(folder, { recursive: true, mode: 0o700 });
  }

  /** @param id of a capture or a backtest */
  path(id: string): string {
    return join(this.#folder, `${id}${ENDING}`);
  }

  /**
   * Writes an upload, checked while it comes: only a whole capture stays.
   * @throws ControlPlaneError BODY_TOO_LARGE, CAPTURE_REFUSED
   */
  async write(id: string, pieces: AsyncIterable<Uint8Array>): Promise<CheckedCapture> {
    const file = await open(this.path(id), 'wx', 0o600);
    try {
      const check = new CaptureCheck();
      for await (const piece of pieces) {
        check.add(piece);
        await file.writeFile(piece);
      }
      const checked = check.finish();
      await file.close();
      return checked;
    } catch (error) {
      await file.close();
      this.remove(id);
      if (error instanceof CaptureError)
        throw new ControlPlaneError('CAPTURE_REFUSED', error.message, { cause: error });
      throw error;
    }
  }

  remove(id: string): void {
    rmSync(this.path(id), { force: true });
  }

  /** Removes what nobody knows of: left behind by a process that did not end in order. */
  removeOthers(known: ReadonlySet<string>): void {
    for (const name of readdirSync(this.#folder))
      if (name.endsWith(ENDING) && !known.has(name.slice(0, -ENDING.length)))
        rmSync(join(this.#folder, name), { force: true });
  }
}

class CaptureCheck {
  readonly #decoder = new CaptureDecoder();
  #bytes = 0;
  #from: number | null = null;
  #until: number | null = null;

  add(piece: Uint8Array): void {
    this.#bytes += piece.length;
    if (this.#bytes > BACKTEST_LIMITS.captureBytes)
      throw new ControlPlaneError(
        'BODY_TOO_LARGE',
        `a capture may have at most ${BACKTEST_LIMITS.captureBytes} bytes: record a shorter one`,
      );
    for (const { time } of this.#decoder.push(piece)) {
      if (!(time >= 0 && time <= LAST_TIME))
        throw new CaptureError('CAPTURE_CORRUPT', 'the capture is damaged: a message has a time that can not be');
      this.#from ??= Math.round(time);
      this.#until = Math.round(time);
    }
  }

  finish(): CheckedCapture {
    this.#decoder.finish();
    return { bytes: this.#bytes, batches: this.#decoder.messages, from: this.#from, until: this.#until };
  }
}
