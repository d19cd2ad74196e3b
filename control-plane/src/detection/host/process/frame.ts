/**
 * Messages between the control plane and a host process: a head of nine little-endian u32, a JSON text, up to four parts of
 * bytes. Batches travel as parts, as they are.
 *
 * | at | what |
 * | --- | --- |
 * | 0 | magic and kind |
 * | 4 | number of the call, which the answer repeats |
 * | 8 | number of the instance |
 * | 12 | 1 + slot where the worker keeps the records of a batch, see `records` in request.ts; 0: none |
 * | 16 | length of the JSON |
 * | 20 | lengths of the four parts |
 */
export const HEAD_BYTES = 36;
export const PARTS = 4;
const MAGIC = 0x504b4600;

export const FrameKind = {
  open: 1,
  batch: 2,
  tick: 3,
  snapshot: 4,
  close: 5,
  /** Answers. */
  reply: 16,
  fault: 17,
  bytes: 18,
  /** The worker had to be ended with the call. */
  lost: 19,
} as const;
export type FrameKind = (typeof FrameKind)[keyof typeof FrameKind];

const KINDS: ReadonlySet<number> = new Set(Object.values(FrameKind));

export interface FrameHead {
  readonly kind: number;
  readonly call: number;
  readonly instance: number;
  readonly slot: number;
  readonly json: number;
  readonly parts: readonly number[];
}

export interface Frame {
  readonly kind: FrameKind;
  readonly call: number;
  readonly instance: number;
  readonly slot?: number;
  readonly json?: unknown;
  readonly parts?: readonly Uint8Array[];
}

/** Something that is no frame. */
export class FrameError extends Error {
  override name = 'FrameError';
}

/** The pieces of a frame, in order, for a writer that takes several. */
export function encodeFrame(frame: Frame): Uint8Array[] {
  const { json, parts = [], slot } = frame;
  const text = json === undefined ? undefined : Buffer.from(JSON.stringify(json));
  const head = new Uint8Array(HEAD_BYTES);
  const view = new DataView(head.buffer);
  view.setUint32(0, MAGIC | frame.kind, true);
  view.setUint32(4, frame.call, true);
  view.setUint32(8, frame.instance, true);
  view.setUint32(12, slot === undefined ? 0 : slot + 1, true);
  view.setUint32(16, text?.length ?? 0, true);
  parts.forEach((part, index) => void view.setUint32(20 + 4 * index, part.length, true));
  return [head, ...(text ? [text] : []), ...parts.filter((part) => part.length > 0)];
}

/**
 * @param most bytes that may follow the head
 * @throws FrameError
 */
export function readHead(bytes: Uint8Array, most: number): FrameHead {
  const view = new DataView(bytes.buffer, bytes.byteOffset, HEAD_BYTES);
  const first = view.getUint32(0, true);
  const kind = first & 0xff;
  if ((first & 0xffffff00) >>> 0 !== MAGIC || !KINDS.has(kind)) throw new FrameError('this is not the head of a frame');
  const head = {
    kind,
    call: view.getUint32(4, true),
    instance: view.getUint32(8, true),
    slot: view.getUint32(12, true) - 1,
    json: view.getUint32(16, true),
    parts: Array.from({ length: PARTS }, (_, index) => view.getUint32(20 + 4 * index, true)),
  };
  if (bodyBytes(head) > most) throw new FrameError(`a frame of ${bodyBytes(head)} bytes: at most ${most} are taken`);
  return head;
}

/** Bytes that follow the head. */
export const bodyBytes = ({ json, parts }: FrameHead): number => parts.reduce((sum, length) => sum + length, json);
