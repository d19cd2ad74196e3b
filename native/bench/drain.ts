// How long the drain takes for a record of 64 bytes: the kernel fills the ring, then JavaScript empties it into buffers
// of 256 KiB. Prints a table and, as the last line, JSON.
import { EventReader, openObject, SUMMARY_WORDS } from '../src/index.ts';
import { compileProgram } from '../test-programs/compile.ts';

const ROUNDS = process.argv.includes('--quick') ? 15 : 60;
const RECORDS = 200_000;

const object = openObject(compileProgram('rings'), { name: 'rings', mapEntries: { bulk: 16 << 20 } });
object.load();
const reader = new EventReader({ rare: object.map('rare'), bulk: object.map('bulk'), onReady: () => {} });
reader.stop();

const order = new DataView(new ArrayBuffer(40));
for (const [offset, value] of [
  [0, 1],
  [4, RECORDS],
  [8, 64],
  [28, 1],
] as const) {
  order.setUint32(offset, value, true);
}
order.setUint16(12, 20, true);
order.setUint16(14, 64, true);
const out = new Uint8Array(256 << 10);
const summary = new Uint32Array(SUMMARY_WORDS);

function emptyRing(): number {
  let records = 0;
  do {
    reader.drain(out, summary);
    records += summary[0] ?? 0;
  } while (summary[1] === 1);
  return records;
}

/** Nanoseconds a record, with the slot given by the kernel or unknown. */
function runRound(slot: number): number {
  order.setUint16(24, slot, true);
  const lost = object.testRun('emit', new Uint8Array(order.buffer));
  const start = process.hrtime.bigint();
  const records = emptyRing();
  const elapsed = Number(process.hrtime.bigint() - start);
  if (lost !== 0 || records !== RECORDS) throw new Error(`${records} of ${RECORDS} records arrived, ${lost} were lost`);
  return elapsed / records;
}

function median(values: number[]): number {
  return values.sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const known: number[] = [];
const pending: number[] = [];
for (let i = 0; i < ROUNDS; i++) {
  known.push(runRound(1));
  pending.push(runRound(0));
}
reader.close();
object.close();

const result = {
  bench: 'native-drain',
  recordBytes: 64,
  rounds: ROUNDS,
  nsKnown: median(known),
  nsPending: median(pending),
};
console.log(`records with a slot     ${result.nsKnown.toFixed(1)} ns`);
console.log(`records without a slot  ${result.nsPending.toFixed(1)} ns`);
console.log(JSON.stringify(result));
