import type { ByteReader } from '../../bytes/byte-reader.ts';
import type { ByteWriter } from '../../bytes/byte-writer.ts';
import { malformed } from '../feature-error.ts';
import { type CountTable, EMPTY_TABLE } from '../feature-window.ts';

/** Keys by their distance from the one before, so that most are one byte. */
export function writeTable(writer: ByteWriter, { size, keys, counts }: CountTable): void {
  writer.whole(size);
  let before = 0;
  for (let i = 0; i < size; i++) {
    const key = keys[i] as number;
    writer.whole(key - before);
    writer.number(counts[i] as number);
    before = key;
  }
}

export function readTable(reader: ByteReader): CountTable {
  const size = reader.count(2);
  if (size === 0) return EMPTY_TABLE;
  const keys = new Uint32Array(size);
  const counts = new Float64Array(size);
  let before = 0;
  for (let i = 0; i < size; i++) {
    const step = reader.whole();
    before += step;
    if ((step === 0 && i > 0) || before > 0xffff_ffff) throw malformed('keys of a table do not ascend');
    keys[i] = before;
    counts[i] = reader.number();
  }
  return { size, keys, counts };
}

/** Scalars that are not 0, each behind the distance from the one before. */
export function writeScalars(writer: ByteWriter, scalars: Float64Array): void {
  let there = 0;
  for (const value of scalars) if (value !== 0) there++;
  writer.whole(scalars.length);
  writer.whole(there);
  let before = -1;
  for (let i = 0; i < scalars.length; i++) {
    const value = scalars[i] as number;
    if (value === 0) continue;
    writer.whole(i - before - 1);
    writer.number(value);
    before = i;
  }
}

/** Into as many as there are now: a window of an earlier version lacks those added since. */
export function readScalars(reader: ByteReader, into: Float64Array): void {
  const written = reader.whole();
  if (written > into.length) throw malformed('they have scalars that this version does not know');
  const there = reader.count(2);
  let at = -1;
  for (let i = 0; i < there; i++) {
    at += reader.whole() + 1;
    if (at >= written) throw malformed('a scalar has no place');
    into[at] = reader.number();
  }
}

export function writeTokens(writer: ByteWriter, tokens: Iterable<readonly [string, number]>, size: number): void {
  writer.whole(size);
  for (const [token, count] of tokens) {
    writer.text(token);
    writer.number(count);
  }
}

export function readTokens(reader: ByteReader, into: Map<string, number>): void {
  const size = reader.count(2);
  for (let i = 0; i < size; i++) into.set(reader.text(), reader.number());
  if (into.size < size) throw malformed('a token comes twice');
}
