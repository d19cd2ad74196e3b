import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { DetectorCompiler } from '../control-plane/src/detection/host/compile/detector-compiler.ts';
import { componentOf } from '../control-plane/src/detection/host/component/check-conformance.ts';
import { guardModule } from '../control-plane/src/detection/host/guard/guard-module.ts';
import { type GuestBatch, guestBatch } from '../control-plane/src/detection/host/instance/guest-batch.ts';
import type { DetectorHost, HostedDetector } from '../control-plane/src/detection/host/pool/host-contract.ts';
import { startDetectorHost } from '../control-plane/src/detection/host/pool/start-detector-host.ts';
import { validateArtifact } from '../control-plane/src/detection/host/pool/validate-artifact.ts';
import { batchOfCount, hostedGuest, LOOPS } from '../control-plane/src/detection/host/testing/hosted-guest.ts';
import { scanRecords } from './load/scan-records.ts';
import type { BenchOptions, BenchReport } from './report.ts';
import { median, round } from './statistics.ts';

const RECORDS = 4096;
/** More than a worker keeps, so that every batch travels. */
const BATCHES = 16;
const UNDER_WAY = 4;
const TICKS_PER_SECOND = 100;
const SOURCE = new URL('../detectors/port-scan/src/main.ts', import.meta.url);
const log = { info: () => {}, warn: (message: string) => console.error(message) };

/**
 * Detectors in their own confined process: how much they get through, what each costs in memory, how soon one that does not
 * come back is ended, and how long an upload takes to be looked at.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const { module } = await new DetectorCompiler().compile({ 'main.ts': readFileSync(SOURCE, 'utf8') });
  const detector = detectorOf(guardModule(module, { capabilities: new Set() }).bytes);
  const loads = [];
  for (const count of quick ? [1, 10, 100] : [1, 2, 5, 10, 20, 50, 100])
    loads.push(await through(detector, count, quick));
  const smallKb = await smallDetectors(100);
  const loop = await loopEnds(quick ? 5 : 20);
  const upload = await uploads(module, quick ? 3 : 10);
  return {
    tables: [
      [
        [
          'detectors in one host',
          'M events/s',
          'ns/event host',
          'ns/event control plane',
          'M events/s/core',
          'RSS MB',
          'MB linear each',
          'MB each more',
        ],
        ...loads.map((load) => [
          load.detectors,
          load.rate,
          load.hostNs,
          load.ownNs,
          load.perCore,
          load.rssMb,
          load.linearMb,
          load.moreMb,
        ]),
      ],
      [
        ['a small detector more', 'KB'],
        ['two pages of memory, all else included', round(smallKb)],
      ],
      [
        ['ms', 'median', 'most'],
        [
          'loop: from deadline to answer, interrupted',
          round(median(loop.interrupted), 1),
          round(Math.max(...loop.interrupted), 1),
        ],
        [
          'loop: from deadline to answer, worker ended',
          round(median(loop.ended), 1),
          round(Math.max(...loop.ended), 1),
        ],
        ['component: validated', round(median(upload.component)), round(Math.max(...upload.component))],
        ['component: validated, started, one batch', round(median(upload.started)), round(Math.max(...upload.started))],
      ],
    ],
    result: { loads, smallKb, loop, upload },
  };
}

const detectorOf = (module: Uint8Array): HostedDetector => ({
  key: '0',
  module,
  hash: createHash('sha256').update(module).digest('hex'),
  encoding: 'utf16',
  config: '{}',
  capabilities: [],
  limits: {},
  deadlineMs: 2000,
  stateBytes: 65_536,
});

async function through(detector: HostedDetector, count: number, quick: boolean) {
  const host = await startDetectorHost({ owner: 'bench', log });
  try {
    await host.open(detector);
    const batches = batchesOf();
    const { findings } = await host.batch('0', batches[0] ?? batchOfCount(0));
    if (findings.length === 0) throw new Error('the detector found nothing: there is a scan in the batch');
    for (let i = 0; i < 40; i++) await host.batch('0', batches[i % BATCHES] ?? batchOfCount(0));
    const alone = rssMb(host.status.pid);
    for (let i = 1; i < count; i++) await host.open({ ...detector, key: String(i) });
    for (let i = 1; i < count; i++) await host.batch(String(i), batches[0] ?? batchOfCount(0));
    await feed(host, count, batches, Math.ceil(40 / count));
    const rate = await measured(host, count, batches, Math.ceil((quick ? 1500 : 6000) / count));
    const rss = rssMb(host.status.pid);
    return {
      detectors: count,
      ...rate,
      rssMb: round(rss),
      linearMb: round(host.status.memoryBytes / count / 2 ** 20, 2),
      moreMb: count > 1 ? round((rss - alone) / (count - 1), 2) : 0,
    };
  } finally {
    await host.stop();
  }
}

/** Resident KB that each of many small detectors takes; every one has run. */
async function smallDetectors(count: number): Promise<number> {
  const host = await startDetectorHost({ owner: 'bench', log });
  try {
    const guest = await hostedGuest('0');
    const run = async (key: string) => {
      await host.open({ ...guest, key });
      await host.batch(key, batchOfCount(1));
    };
    for (let i = 0; i < 10; i++) await run(`before ${i}`);
    const before = rssMb(host.status.pid);
    for (let i = 0; i < count; i++) await run(String(i));
    return ((rssMb(host.status.pid) - before) * 1024) / count;
  } finally {
    await host.stop();
  }
}

/** Each batch to all detectors, with a few batches under way. */
async function feed(host: DetectorHost, count: number, batches: readonly GuestBatch[], rounds: number): Promise<void> {
  const waiting: Promise<unknown>[] = [];
  for (let i = 0; i < rounds; i++) {
    const batch = batches[i % BATCHES] ?? batchOfCount(0);
    const all = Array.from({ length: count }, (_, key) => host.batch(String(key), batch));
    waiting.push(Promise.all(all));
    if (waiting.length >= UNDER_WAY) await waiting.shift();
  }
  await Promise.all(waiting);
}

async function measured(host: DetectorHost, count: number, batches: readonly GuestBatch[], rounds: number) {
  const [cpu, own, from] = [cpuMs(host.status.pid), process.cpuUsage(), performance.now()];
  await feed(host, count, batches, rounds);
  const [ms, used, host_] = [performance.now() - from, process.cpuUsage(own), cpuMs(host.status.pid) - cpu];
  const events = rounds * RECORDS * count;
  const [hostNs, ownNs] = [(host_ * 1e6) / events, ((used.user + used.system) * 1e3) / events];
  return {
    rate: round(events / ms / 1000, 2),
    hostNs: round(hostNs, 1),
    ownNs: round(ownNs, 1),
    perCore: round(1000 / (hostNs + ownNs), 2),
  };
}

function batchesOf(): GuestBatch[] {
  const records = scanRecords(RECORDS, 100);
  const header = { agentEpoch: 1n, wallOffset: 0n, watermark: 0n, bootId: new Uint8Array(16), node: 'n', losses: [] };
  return Array.from({ length: BATCHES }, () => guestBatch(header, records.slice(), RECORDS));
}

async function loopEnds(times: number): Promise<{ interrupted: number[]; ended: number[] }> {
  return { interrupted: await afterDeadline(times, true), ended: await afterDeadline(times, false) };
}

/** ms from the deadline of an endless loop to the answer that tells of its end. */
async function afterDeadline(times: number, callTimeout: boolean): Promise<number[]> {
  const host = await startDetectorHost({ owner: 'bench', log, callTimeout });
  const late: number[] = [];
  try {
    for (let i = 0; i < times; i++) {
      const guest = await hostedGuest('loop', undefined, { deadlineMs: 100 });
      await host.open(guest);
      await host.batch('loop', batchOfCount(1));
      const from = performance.now();
      const code = await host.batch('loop', batchOfCount(LOOPS)).then(
        () => 'none',
        (error: { code: string }) => error.code,
      );
      if (code !== 'DETECTOR_DEADLINE') throw new Error(`the loop ended with ${code}`);
      late.push(performance.now() - from - guest.deadlineMs);
    }
  } finally {
    await host.stop();
  }
  return late;
}

async function uploads(module: Uint8Array, times: number): Promise<{ component: number[]; started: number[] }> {
  const component = await componentOf(module, 'utf16');
  const options = { capabilities: ['observe'], encoding: 'utf16' } as const;
  const smoke = { config: '{}', capabilities: [], limits: {}, deadlineMs: 1000, stateBytes: 65_536 };
  const taken: { component: number[]; started: number[] } = { component: [], started: [] };
  for (let i = 0; i < times; i++) {
    taken.component.push(await msOf(() => validateArtifact(component, options)));
    taken.started.push(await msOf(() => validateArtifact(component, { ...options, smoke })));
  }
  return taken;
}

async function msOf(work: () => Promise<unknown>): Promise<number> {
  const from = performance.now();
  await work();
  return performance.now() - from;
}

const rssMb = (pid: number): number =>
  Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1]) / 1024;

/** User and system time of all threads of a process. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return ((Number(fields[11]) + Number(fields[12])) * 1000) / TICKS_PER_SECOND;
}
