import { mix } from '../features/counts/hash.ts';

/** 32 bits of a text, by FNV-1a with the finish of MurmurHash3: small changes change all bits. */
export function hashText(text: string, seed: number): number {
  let hash = (0x811c9dc5 ^ seed) | 0;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 0x01000193);
  return mix(hash);
}

/** 32 bits of two numbers. */
export function hashPair(a: number, b: number): number {
  const high = Math.floor(a / 2 ** 32);
  return mix(Math.imul(mix(Math.imul(mix(a | 0) ^ high, 0x9e3779b1)) ^ b, 0x85ebca6b) + b);
}

/** 53 bits of a text: as good as the text itself among some thousand. */
export const hashName = (text: string): number =>
  hashText(text, 0x5bd1e995) * 2 ** 21 + (hashText(text, 0x27d4eb2f) >>> 11);
