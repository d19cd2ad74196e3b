import { readFileSync } from 'node:fs';
import { DetectorCompiler, DetectorInstance, guestBatch, takeArtifact } from '@picket/control-plane/detectors';
import { EventCursor } from '@picket/sdk';
import { scanRecords } from './load/scan-records.ts';
import { shippedCosts } from './load/shipped-detectors.ts';
import { TunedPortScan } from './load/tuned-port-scan.ts';
import type { BenchOptions, BenchReport } from './report.ts';
import { median, round } from './statistics.ts';

const RECORDS = 4096;
const SOURCE = new URL('../detectors/port-scan/src/main.ts', import.meta.url);

/**
 * The port-scan detector in its sandbox (compiled, guarded, fuel on, called through the canonical ABI, the batch copied in) against
 * the same logic in tuned JavaScript over the same bytes, in one process, turn by turn. How long a compile takes. And what
 * every shipped detector costs on ordinary work.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const sources = { 'main.ts': readFileSync(SOURCE, 'utf8') };
  const [cold, module] = await timed(() => new DetectorCompiler().compile(sources));
  const warm = await warmCompiles(sources, quick ? 1 : 3);
  const options = { ...module, capabilities: new Set(['observe'] as const) };
  const [guard, artifact] = await timed(() => takeArtifact(module.module, options));
  const mixes = [
    { name: 'connects only', connects: 100 },
    { name: 'half connects', connects: 50 },
  ].map(({ name, connects }) => ({ name, ...compare(artifact.bytes, connects, quick) }));
  const shipped = await shippedCosts(quick ? 20 : 100);
  return {
    tables: [
      [
        ['per core', 'sandbox M/s', 'plain M/s', 'ratio'],
        ...mixes.map(({ name, sandbox, plain, ratio }) => [name, sandbox, plain, ratio]),
      ],
      [
        ['compile', 'cold ms', 'warm ms', 'guard ms'],
        ['port-scan', round(cold), round(median(warm)), round(guard)],
      ],
      [
        ['ordinary work', 'events', 'ns an event', 'fuel an event', 'memory KiB', 'findings'],
        ...shipped.map((one) => [one.id, one.events, one.nsPerEvent, one.fuelPerEvent, one.memoryKib, one.findings]),
      ],
    ],
    result: { mixes, coldMs: cold, warmMs: median(warm), guardMs: guard, shipped },
  };
}

async function timed<T>(work: () => Promise<T>): Promise<[ms: number, value: T]> {
  const from = performance.now();
  const value = await work();
  return [performance.now() - from, value];
}

/** With a compiler that has run hot and waits; the wait before is what an author takes to write the next version. */
async function warmCompiles(sources: Record<string, string>, times: number): Promise<number[]> {
  const compiler = new DetectorCompiler({ warm: true });
  const taken: number[] = [];
  try {
    for (let i = 0; i < times; i++) {
      await new Promise((resolve) => setTimeout(resolve, 8000));
      taken.push((await timed(() => compiler.compile(sources)))[0]);
    }
  } finally {
    await compiler.close();
  }
  return taken;
}

function compare(bytes: Uint8Array, connects: number, quick: boolean) {
  let findings = 0;
  const host = { emit: () => void findings++, log: () => {}, now: () => 0n };
  const instance = new DetectorInstance(new WebAssembly.Module(bytes), { encoding: 'utf16', host });
  instance.init('');
  const records = scanRecords(RECORDS, connects);
  const header = { agentEpoch: 1n, wallOffset: 0n, watermark: 0n, bootId: new Uint8Array(16), node: 'n', losses: [] };
  const plain = new TunedPortScan();
  const cursor = new EventCursor();
  const inSandbox = () => void instance.onbatch(guestBatch(header, records, RECORDS));
  const inPlain = () => plain.run(cursor.open(records));
  const rounds = Array.from({ length: quick ? 7 : 21 }, () => ({
    sandbox: rate(inSandbox),
    plain: rate(inPlain),
  })).slice(2);
  if (findings !== plain.findings || findings === 0)
    throw new Error(`the sandbox has ${findings} findings and the plain code ${plain.findings}: they must be equal`);
  const sandbox = median(rounds.map((one) => one.sandbox));
  return {
    sandbox: round(sandbox, 2),
    plain: round(median(rounds.map((one) => one.plain)), 2),
    ratio: round(median(rounds.map((one) => one.sandbox / one.plain)), 2),
    memoryMb: instance.memoryBytes / 2 ** 20,
  };
}

/** Million events a second. */
function rate(batch: () => void): number {
  const from = performance.now();
  for (let i = 0; i < 200; i++) batch();
  return (200 * RECORDS) / (performance.now() - from) / 1000;
}
