const INTERESTING: readonly number[] = [0x00, 0x01, 0x0b, 0x40, 0x60, 0x70, 0x7f, 0x80, 0xfc, 0xfd, 0xfe, 0xff];

/** Numbers below 2^32 that look random and are the same for the same seed (Marsaglia 2003). */
function xorshift(seed: number): (below: number) => number {
  let state = (Math.imul(seed + 1, 0x9e3779b1) ^ 0x5bd1e995) >>> 0 || 1;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

/** A damaged copy of a binary: one to three changes of bytes, cuts and repetitions. The same seed damages the same. */
export function mutate(bytes: Uint8Array, seed: number): Uint8Array {
  const next = xorshift(seed);
  let out: Uint8Array = bytes.slice();
  for (let change = next(3); change >= 0; change--) out = changed(out, next);
  return out;
}

function changed(bytes: Uint8Array, next: (below: number) => number): Uint8Array {
  const at = next(bytes.length || 1);
  const length = 1 + next(8);
  switch (next(7)) {
    case 0:
      bytes[at] = (bytes[at] ?? 0) ^ (1 << next(8));
      return bytes;
    case 1:
      bytes[at] = next(256);
      return bytes;
    case 2:
      bytes[at] = INTERESTING[next(INTERESTING.length)] ?? 0;
      return bytes;
    case 3:
      bytes[at] = (bytes[at] ?? 0) + (next(2) ? 1 : -1);
      return bytes;
    case 4:
      return next(20) === 0 ? bytes.slice(0, at) : join(bytes.subarray(0, at), bytes.subarray(at + length));
    case 5:
      return join(
        bytes.subarray(0, at),
        bytes.subarray(next(bytes.length || 1)).subarray(0, length),
        bytes.subarray(at),
      );
    default:
      bytes.copyWithin(at, next(bytes.length || 1), next(bytes.length || 1));
      return bytes;
  }
}

function join(...parts: Uint8Array[]): Uint8Array {
  const out = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    out.set(part, at);
    at += part.length;
  }
  return out;
}
