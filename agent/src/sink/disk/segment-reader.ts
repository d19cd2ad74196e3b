import type { FileHandle } from 'node:fs/promises';
import { readRecord, type StoredBatch } from './segment-format.ts';

const CHUNK = 1024 * 1024;

/** Some batches of a segment in a row, each with the offset behind it. */
export interface Stretch {
  readonly batches: { readonly batch: StoredBatch; readonly end: number }[];
  /** Offset behind them. */
  readonly end: number;
  /**
   * What is wrong behind them: the file ends within a record (with what was in it, if that can be told), or a record
   * is not what was written.
   */
  readonly flaw?: { readonly what: 'torn'; readonly kinds?: Uint32Array } | { readonly what: 'damaged' };
}

/**
 * Reads whole batches from offset `from` on, some 1 MiB of them, at least one when there is one. `to` is the end of
 * what was written.
 */
export async function readStretch(file: FileHandle, from: number, to: number): Promise<Stretch> {
  let bytes = await readBytes(file, from, Math.min(CHUNK, to - from));
  let stretch = parse(bytes, from, to);
  if (stretch.batches.length === 0 && stretch.needed > bytes.length && from + stretch.needed <= to) {
    bytes = await readBytes(file, from, stretch.needed);
    stretch = parse(bytes, from, to);
  }
  return stretch;
}

function parse(bytes: Buffer, from: number, to: number): Stretch & { readonly needed: number } {
  const batches: { batch: StoredBatch; end: number }[] = [];
  for (let at = 0; at < bytes.length; ) {
    const found = readRecord(bytes, at);
    if (found.what === 'batch') {
      batches.push({ batch: found.batch, end: from + found.end });
      at = found.end;
      continue;
    }
    const end = from + at;
    const part = { batches, end, needed: found.what === 'more' ? found.needed : 0 };
    if (found.what === 'more' && end + found.needed <= to) return part;
    if (found.what === 'more') return { ...part, flaw: { what: 'torn', ...(found.kinds && { kinds: found.kinds }) } };
    // A node that lost power leaves a file of its full length whose end was never written.
    const blank = from + bytes.length === to && bytes.subarray(at).every((byte) => byte === 0);
    return { ...part, flaw: { what: blank ? 'torn' : 'damaged' } };
  }
  return { batches, end: from + bytes.length, needed: 0 };
}

async function readBytes(file: FileHandle, from: number, length: number): Promise<Buffer> {
  const bytes = Buffer.allocUnsafeSlow(length);
  const { bytesRead } = await file.read(bytes, 0, length, from);
  return bytes.subarray(0, bytesRead);
}
