import { ControlPlaneError } from './errors.ts';

/** "PKS1": a checkpoint of one partition. */
const MAGIC = 0x31534b50;

/** Puts byte strings one behind the other, each with its length. */
export function encodeFrames(frames: readonly Uint8Array[]): Uint8Array {
  const out = new Uint8Array(8 + frames.reduce((sum, frame) => sum + 4 + frame.length, 0));
  const view = new DataView(out.buffer);
  view.setUint32(0, MAGIC, true);
  view.setUint32(4, frames.length, true);
  let at = 8;
  for (const frame of frames) {
    view.setUint32(at, frame.length, true);
    out.set(frame, at + 4);
    at += 4 + frame.length;
  }
  return out;
}

/**
 * Undoes `encodeFrames`; the frames are views of `bytes`.
 * @throws ControlPlaneError CHECKPOINT_CORRUPT
 */
export function decodeFrames(bytes: Uint8Array): Uint8Array[] {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (bytes.length < 8 || view.getUint32(0, true) !== MAGIC) throw corrupt('it does not begin as one');
  const frames: Uint8Array[] = [];
  let at = 8;
  for (let left = view.getUint32(4, true); left > 0; left--) {
    const length = at + 4 <= bytes.length ? view.getUint32(at, true) : -1;
    if (length < 0 || at + 4 + length > bytes.length) throw corrupt('it ends too early');
    frames.push(bytes.subarray(at + 4, at + 4 + length));
    at += 4 + length;
  }
  return frames;
}

const corrupt = (why: string) =>
  new ControlPlaneError('CHECKPOINT_CORRUPT', `the checkpoint of the partition can not be read: ${why}`);
