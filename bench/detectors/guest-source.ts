/**
 * A detector in AssemblyScript without any library. onbatch counts by container in a map over records of 128 bytes and
 * puts a text together now and then; ontick is the tightest loop there can be over such records, at the place in memory
 * that it is given.
 */
export const GUEST_SOURCE = `
@external("picket:detector/host@0.1.0", "log")
declare function log(level: i32, text: usize, length: i32): void;

const counts = new Map<u32, u32>();
let calls: u32 = 0;

export function cabi_realloc(old: usize, oldSize: usize, align: usize, size: usize): usize {
  return old ? heap.realloc(old, size) : heap.alloc(size);
}

const fine = heap.alloc(16);

export function init(text: usize, length: i32): usize {
  return fine;
}

export function onbatch(at: usize, length: i32): usize {
  let end = at + length;
  let hits = 0;
  for (let record = at; record < end; record += 128) {
    let slot = load<u32>(record, 64);
    let port = load<u16>(record, 72);
    let count = counts.has(slot) ? counts.get(slot) : 0;
    if (port < 1024 || (port & 3) == 1) count++;
    counts.set(slot, count);
    if (count % 100000 == 99999) hits++;
  }
  if (hits > 0) {
    let text = "containers over the limit: " + hits.toString();
    log(1, changetype<usize>(text), text.length);
  }
  if (++calls % 64 == 0) __collect();
  return fine;
}

function sum(at: usize, length: i32): u64 {
  let sum: u64 = 0;
  let end = at + length;
  for (let record = at; record < end; record += 128) {
    let port = load<u16>(record, 72);
    if (port < 1024) sum += load<u64>(record, 8);
    else sum ^= <u64>port;
  }
  return sum;
}

export function ontick(at: u64): usize {
  return sum(<usize>at, 4096 * 128) == 1 ? cabi_realloc(0, 0, 4, 8) : fine;
}
`;
