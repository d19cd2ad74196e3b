import { type ModelReader, malformed } from '../bytes/model-reader.ts';
import type { ModelWriter } from '../bytes/model-writer.ts';
import { MAX_PAIRS, natsOf, type PairTable, stepsOf } from './pair-table.ts';

const MAX_CALLS = 65_536;

export function writePairs(table: PairTable, out: ModelWriter): void {
  writeList(table.pairs, table.nats, out);
  writeList(table.previous, table.unseen, out);
  writeList(table.next, table.alone, out);
  out.u16(stepsOf(table.never)).u16(stepsOf(table.mean)).count(table.dropped);
}

/** @throws ModelError */
export function readPairs(input: ModelReader): PairTable {
  const [pairs, nats] = readList(input, MAX_PAIRS);
  const [previous, unseen] = readList(input, MAX_CALLS);
  const [next, alone] = readList(input, MAX_CALLS);
  const never = natsOf(input.u16());
  const mean = natsOf(input.u16());
  return { pairs, nats, previous, unseen, next, alone, never, mean, dropped: input.count(2 ** 32, 'dropped pairs') };
}

/** Ascending keys by what each is above the one before. */
function writeList(keys: Uint32Array, nats: Float32Array, out: ModelWriter): void {
  out.count(keys.length);
  let last = 0;
  for (const [at, key] of keys.entries()) {
    out.count(key - last).u16(stepsOf(nats[at] ?? 0));
    last = key;
  }
}

function readList(input: ModelReader, most: number): [keys: Uint32Array, nats: Float32Array] {
  const size = input.count(most, 'pairs');
  const [keys, nats] = [new Uint32Array(size), new Float32Array(size)];
  for (let at = 0, last = 0; at < size; at++) {
    const step = input.count(0xffff_ffff, 'pair');
    last += step;
    if ((at > 0 && step === 0) || last > 0xffff_ffff) throw malformed('pairs do not ascend');
    keys[at] = last;
    nats[at] = natsOf(input.u16());
  }
  return [keys, nats];
}
