import { type ModelReader, malformed } from '../bytes/model-reader.ts';
import type { ModelWriter } from '../bytes/model-writer.ts';
import type { Seen } from '../seen.ts';
import { MAX_TOKENS } from './token-book.ts';

const MAX_TOKEN_BYTES = 1024;
const encoder = new TextEncoder();
const decoder = new TextDecoder('utf-8', { fatal: true });

/** Tokens in the order of their text, each as what it has in common with the one before, the rest, and where it was. */
export function writeTokens(size: number, seen: Iterable<[token: string, seen: Seen]>, out: ModelWriter): void {
  out.count(size);
  let last = new Uint8Array(0);
  for (const [token, { windows, groups }] of seen) {
    const bytes = encoder.encode(token);
    let same = 0;
    while (same < last.length && same < bytes.length && last[same] === bytes[same]) same++;
    out.count(same).block(bytes.subarray(same)).count(windows).count(groups);
    last = bytes;
  }
}

/** @throws ModelError */
export function readTokens(input: ModelReader, all: Seen): Map<string, Seen> {
  const seen = new Map<string, Seen>();
  const size = input.count(MAX_TOKENS, 'tokens');
  let last = new Uint8Array(0);
  while (seen.size < size) {
    const same = input.count(last.length, 'beginning of a token');
    const rest = input.block(MAX_TOKEN_BYTES, 'token');
    const bytes = new Uint8Array(same + rest.length);
    bytes.set(last.subarray(0, same));
    bytes.set(rest, same);
    const token = decode(bytes);
    if (seen.has(token)) throw malformed('a token is there twice');
    const windows = input.count(all.windows, 'windows of a token');
    seen.set(token, { windows, groups: input.count(all.groups, 'groups of a token') });
    last = bytes;
  }
  return seen;
}

function decode(bytes: Uint8Array): string {
  try {
    return decoder.decode(bytes);
  } catch (error) {
    throw malformed('a token is not UTF-8', error);
  }
}
