import { componentOf } from '../control-plane/src/detection/host/component/check-conformance.ts';
import { FUEL_EXPORT } from '../control-plane/src/detection/host/guard/detector-world.ts';
import { guardModule } from '../control-plane/src/detection/host/guard/guard-module.ts';
import { hostStubs } from '../control-plane/src/detection/host/testing/host-stubs.ts';
import { compileGuest } from './detectors/compile-guest.ts';
import { runMutations } from './detectors/run-mutations.ts';
import type { BenchOptions, BenchReport, Table } from './report.ts';
import { median, round } from './statistics.ts';

const RECORDS = 4096;
const RECORD_BYTES = 128;
const CALLS = 40;

/** What the guard costs: its own time, what fuel adds to running code, and that damaged binaries do not break it. */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const core = await compileGuest();
  const guardMs = timeGuard(core);
  const { bytes } = guardModule(core, { capabilities: new Set() });
  const rounds = quick ? 30 : 200;
  const map = compare(core, bytes, 'onbatch', rounds);
  const tight = compare(core, bytes, 'ontick', rounds);
  const count = quick ? 2000 : 50_000;
  const modules = await runMutations(core, count);
  const components = await runMutations(await componentOf(core, 'utf16'), count);
  const loops: Table = [
    ['loop over 128-byte records', 'ns/record', 'with fuel', 'ratio'],
    ['map by container', round(map.plain, 2), round(map.metered, 2), round(map.ratio, 3)],
    ['compare and add', round(tight.plain, 2), round(tight.metered, 2), round(tight.ratio, 3)],
  ];
  const codes = [...new Set([...Object.keys(modules.refused), ...Object.keys(components.refused)])];
  const damage: Table = [
    [`damaged ${count} times`, 'core module', 'component'],
    ['taken', modules.taken, components.taken],
    ...codes.map((code) => [code, modules.refused[code] ?? 0, components.refused[code] ?? 0]),
    ['slowest ms', round(modules.slowest, 1), round(components.slowest, 1)],
  ];
  const sizes: Table = [
    ['guard', 'ms', 'bytes in', 'bytes out'],
    ['AssemblyScript detector', round(guardMs, 2), core.length, bytes.length],
  ];
  return {
    tables: [sizes, loops, damage],
    result: { guardMs, bytesIn: core.length, bytesOut: bytes.length, map, tight, modules, components },
  };
}

function timeGuard(core: Uint8Array): number {
  const times = Array.from({ length: 50 }, () => {
    const start = performance.now();
    guardModule(core, { capabilities: new Set() });
    return performance.now() - start;
  });
  return median(times);
}

/** ns a record, without and with fuel: both in turns, so that what else the machine does hits both. */
function compare(plain: Uint8Array, metered: Uint8Array, name: 'onbatch' | 'ontick', rounds: number) {
  const runners = [runner(plain, name), runner(metered, name)];
  const times: number[][] = [[], []];
  const ratios: number[] = [];
  for (let round = -5; round < rounds; round++) {
    const [a = 0, b = 0] = runners.map((run) => {
      const start = performance.now();
      for (let call = 0; call < CALLS; call++) run();
      return ((performance.now() - start) * 1e6) / (CALLS * RECORDS);
    });
    // The first rounds are the compiler's.
    if (round < 0) continue;
    times[0]?.push(a);
    times[1]?.push(b);
    ratios.push(b / a);
  }
  return { plain: median(times[0] ?? []), metered: median(times[1] ?? []), ratio: median(ratios) };
}

function runner(bytes: Uint8Array, name: 'onbatch' | 'ontick'): () => void {
  const { exports } = new WebAssembly.Instance(new WebAssembly.Module(bytes), hostStubs());
  const fuel = exports[FUEL_EXPORT];
  if (fuel instanceof WebAssembly.Global) fuel.value = 1n << 60n;
  const { memory } = exports;
  const call = (called: string, ...values: (number | bigint)[]) => {
    const found = exports[called];
    if (typeof found !== 'function') throw new TypeError(`the guest has no ${called}`);
    return found(...values);
  };
  call('_initialize');
  const at = Number(call('cabi_realloc', 0, 0, 8, RECORDS * RECORD_BYTES));
  if (!(memory instanceof WebAssembly.Memory)) throw new TypeError('the guest has no memory');
  fillRecords(new DataView(memory.buffer, at));
  return () => call(name, ...(name === 'onbatch' ? [at, RECORDS * RECORD_BYTES] : [BigInt(at)]));
}

function fillRecords(view: DataView): void {
  let state = 12345;
  for (let record = 0; record < RECORDS; record++) {
    state = (Math.imul(state, 1103515245) + 12345) >>> 0;
    view.setUint32(record * RECORD_BYTES + 64, (state >>> 8) % 64, true);
    view.setUint16(record * RECORD_BYTES + 72, state & 0xffff, true);
  }
}
