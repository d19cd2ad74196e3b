// Run with --expose-gc: opens, loads, reads and closes objects many times, and prints what that has cost.
import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { EventReader, NativeError, openObject } from '../src/index.ts';
import { compileProgram } from './compile.ts';

const ROUNDS = 200;
const rings = compileProgram('rings');
const tracing = compileProgram('tracing');
const refused = compileProgram('refused');
const out = new Uint8Array(1 << 16);
const summary = new Uint32Array(144);

function expectFailure(action: () => void): void {
  try {
    action();
  } catch (error) {
    if (error instanceof NativeError) return;
    throw error;
  }
  throw new Error('nothing was thrown');
}

async function readOnce(): Promise<void> {
  const object = openObject(rings, { name: 'rings' });
  object.load();
  const reader = new EventReader({ rare: object.map('rare'), bulk: object.map('bulk'), onReady: () => {} });
  object.testRun('emit', new Uint8Array(40).fill(1, 4, 5).fill(64, 8, 9).fill(64, 14, 15));
  if (reader.drain(out, summary) !== 64) throw new Error('the record did not arrive');
  reader.close();
  object.close();
  // libuv lets go of the reader's descriptor after this turn.
  await setImmediate();
}

function attachOnce(): void {
  const object = openObject(tracing, { name: 'tracing', autoload: { on_nothing: false } });
  object.load();
  object.attach('on_sys_enter');
  object.close();
}

function failOnce(): void {
  expectFailure(() => openObject(new Uint8Array(64), { name: 'garbage' }));
  expectFailure(() => openObject(rings, { name: 'rings', autoload: { nope: true } }));
  const object = openObject(refused, { name: 'refused' });
  expectFailure(() => object.load());
  object.close();
}

/** Objects that nobody closes are closed when they are collected. */
function forgetOnce(): void {
  const object = openObject(rings, { name: 'rings' });
  object.load();
  object.map('rare');
}

async function round(number: number): Promise<void> {
  await readOnce();
  failOnce();
  if (number % 10 === 0) attachOnce();
  if (number % 10 === 5) forgetOnce();
}

async function measure(): Promise<{ descriptors: number; mappings: number; residentKb: number; virtualKb: number }> {
  // Finalizers run in later turns than the collection that found the garbage.
  for (let i = 0; i < 3; i++) {
    globalThis.gc?.();
    await setImmediate();
  }
  const status = readFileSync('/proc/self/status', 'utf8');
  return {
    descriptors: readdirSync('/proc/self/fd').length,
    mappings: readFileSync('/proc/self/maps', 'utf8').split('\n').length,
    residentKb: Number(/VmRSS:\s+(\d+)/.exec(status)?.[1]),
    virtualKb: Number(/VmSize:\s+(\d+)/.exec(status)?.[1]),
  };
}

for (let i = 0; i < 40; i++) await round(i);
const before = await measure();
for (let i = 0; i < ROUNDS; i++) await round(i);
const after = await measure();
console.log(JSON.stringify({ before, after }));
