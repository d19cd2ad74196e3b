import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { CaptureEncoder, encodeBatchHeader, eventSubject, partitionOf } from '@picket/sdk';
import { tokenOf } from '../../node-token.ts';
import type { Batch } from '../../types.ts';

const TIME = 1_700_000_000_000;

/** The bytes of a capture of batches, each a second after the one before. */
export function captureBytes(batches: readonly Batch[]): Uint8Array<ArrayBuffer> {
  const encoder = new CaptureEncoder();
  const messages = batches.map((batch, i) => {
    const { header, records } = batch;
    const token = tokenOf(header.node);
    const bytes = Buffer.concat([encodeBatchHeader({ ...header, codec: 0, rawLength: records.length }), records]);
    return encoder.message({ subject: eventSubject(partitionOf(token), token), time: TIME + i * 1000, batch: bytes });
  });
  return new Uint8Array(Buffer.concat([new CaptureEncoder().start(), ...messages, encoder.end()]));
}

/** A folder for files of a test. */
export class TestFolder {
  readonly path = mkdtempSync(join(tmpdir(), 'picket-backtest-'));
  #files = 0;

  /** The path of a file with these bytes. */
  file(bytes: Uint8Array): string {
    const path = join(this.path, `${++this.#files}.pkcap`);
    writeFileSync(path, bytes);
    return path;
  }

  remove(): void {
    rmSync(this.path, { recursive: true, force: true });
  }
}
