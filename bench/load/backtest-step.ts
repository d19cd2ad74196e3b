import { readFileSync } from 'node:fs';
import { DetectLane } from '../../control-plane/src/backtest/detect/detect-lane.ts';
import { TriedFindings } from '../../control-plane/src/backtest/detect/tried-findings.ts';
import { TriedInstance } from '../../control-plane/src/backtest/detect/tried-instance.ts';
import { EVERYTHING } from '../../control-plane/src/backtest/replay/event-filter.ts';
import { Replay, type ReplayOptions } from '../../control-plane/src/backtest/replay/replay.ts';
import type { BacktestJob } from '../../control-plane/src/backtest/run/backtest-job.ts';
import { Meter } from '../../control-plane/src/backtest/run/meter.ts';
import { playCapture } from '../../control-plane/src/backtest/run/play-capture.ts';
import { runBacktest } from '../../control-plane/src/backtest/run/run-backtest.ts';
import type { LiveDetector } from '../../control-plane/src/detection/detectors/live-detector.ts';
import type {
  DetectorHost,
  HostOptions,
  HostReply,
} from '../../control-plane/src/detection/host/pool/host-contract.ts';
import { startDetectorHost } from '../../control-plane/src/detection/host/pool/start-detector-host.ts';
import { buildDetector } from '../../control-plane/src/detector-tests/build-detector.ts';
import { localDetector } from '../../control-plane/src/detector-tests/local-detector.ts';
import { readRuleFiles, SHIPPED_RULES } from '../../control-plane/src/rule-files.ts';
import { median } from '../statistics.ts';

/** What a process of its own measures. */
export interface BacktestStep {
  readonly file: string;
  readonly turns: number;
}

/** CPU time of one pass over the file, ns an event. */
export interface BacktestCosts {
  readonly events: number;
  /** Handed to the detector. */
  readonly handed: number;
  readonly alerts: number;
  /** Reading, unpacking and walking, with the containers alone. */
  readonly read: number;
  /** The same with processes. */
  readonly state: number;
  /** What the detector wants is copied and put into calls, and nobody is called. */
  readonly select: number;
  /** The whole backtest: this process, the process of the detector, and time in the detector itself. */
  readonly detector: { readonly own: number; readonly host: number; readonly guest: number; readonly rate: number };
  readonly rules: { readonly own: number; readonly alerts: number };
}

const quiet = new AbortController().signal;
const log = { info: () => undefined, warn: (message: string) => console.error(message) };
const NOTHING: HostReply = {
  ...{ findings: [], logs: [], proposals: [], error: undefined, fuel: 0n, ns: 0, memoryBytes: 0 },
  ...{ droppedFindings: 0, droppedLogs: 0, droppedProposals: 0, cut: 0, refusedState: 0 },
};

/** A host that answers at once. */
const nobody: DetectorHost = {
  alive: true,
  status: { pid: 0, uid: 0, confinement: [], missing: [], detectors: 0, memoryBytes: 0 },
  open: async () => NOTHING,
  batch: async () => NOTHING,
  tick: async () => NOTHING,
  snapshot: async () => new Uint8Array(0),
  close: async () => undefined,
  stop: async () => undefined,
  ended: new Promise(() => undefined),
};

async function measure({ file, turns }: BacktestStep): Promise<BacktestCosts> {
  const detector = localDetector(await buildDetector(new URL('../../detectors/port-scan', import.meta.url).pathname));
  const replay = (options: Pick<ReplayOptions, 'state' | 'lanes'>) => async () => {
    const made = new Replay({ ...options, scope: EVERYTHING });
    await playCapture(file, made, { signal: quiet, meter: new Meter(() => undefined) });
    return made.counts.records;
  };
  const read = await perEvent(turns, replay({ state: 'containers', lanes: () => [] }));
  const state = await perEvent(turns, replay({ state: 'whole', lanes: () => [] }));
  const lanes = () => [
    new DetectLane([
      [detector, new TriedInstance(detector, { host: nobody, key: 'x', isAlone: true }, new TriedFindings())],
    ]),
  ];
  const select = await perEvent(turns, replay({ state: 'containers', lanes }));
  const whole = await wholeRuns(file, detector, turns);
  const rules = await ruleRuns(file, Math.max(1, turns - 2));
  return { ...whole, read, state, select, rules };
}

async function perEvent(turns: number, pass: () => Promise<number>): Promise<number> {
  await pass();
  const all: number[] = [];
  for (let i = 0; i < turns; i++) {
    const before = process.cpuUsage();
    const events = await pass();
    const { user, system } = process.cpuUsage(before);
    all.push(((user + system) * 1000) / events);
  }
  return median(all);
}

async function wholeRuns(
  file: string,
  detector: LiveDetector,
  turns: number,
): Promise<Pick<BacktestCosts, 'events' | 'handed' | 'alerts' | 'detector'>> {
  const runs: BacktestCosts['detector'][] = [];
  let last = { events: 0, handed: 0, alerts: 0 };
  for (let i = 0; i <= turns; i++) {
    let hostNs = 0;
    const startHost = async (options: HostOptions) => {
      const host = await startDetectorHost({ ...options, log });
      // starting is no part of what an event costs
      const before = cpuNs(host.status.pid);
      return {
        ...wrapped(host),
        stop: async () => {
          hostNs = cpuNs(host.status.pid) - before;
          await host.stop();
        },
      };
    };
    const { result } = await runBacktest(jobOf(file, { kind: 'detector', detector, active: undefined }), {
      signal: quiet,
      onProgress: () => undefined,
      startHost,
    });
    const { records, handed } = result.events;
    last = { events: records, handed: handed ?? 0, alerts: result.alerts.total };
    const { cpu_ms: cpu, guest_ms: guest, events_per_second: rate } = result.cost;
    runs.push({ own: (cpu * 1e6) / records, host: hostNs / records, guest: ((guest ?? 0) * 1e6) / records, rate });
  }
  const of = (name: keyof BacktestCosts['detector']) => median(runs.slice(1).map((one) => one[name]));
  return { ...last, detector: { own: of('own'), host: of('host'), guest: of('guest'), rate: of('rate') } };
}

const wrapped = (host: DetectorHost): DetectorHost => ({
  alive: host.alive,
  status: host.status,
  ended: host.ended,
  open: (...given) => host.open(...given),
  batch: (...given) => host.batch(...given),
  tick: (...given) => host.tick(...given),
  snapshot: (key) => host.snapshot(key),
  close: (key) => host.close(key),
  stop: () => host.stop(),
});

async function ruleRuns(file: string, turns: number): Promise<BacktestCosts['rules']> {
  const files = readRuleFiles([SHIPPED_RULES]);
  const job = jobOf(file, { kind: 'rules', after: files, before: files, named: files, against: null });
  const startHost = () => Promise.reject(new Error('rules need no host'));
  const all: number[] = [];
  let alerts = 0;
  for (let i = 0; i <= turns; i++) {
    const { result } = await runBacktest(job, { signal: quiet, onProgress: () => undefined, startHost });
    all.push((result.cost.cpu_ms * 1e6) / result.events.records);
    alerts = result.alerts.total;
  }
  return { own: median(all.slice(1)), alerts };
}

const jobOf = (path: string, tried: BacktestJob['tried']): BacktestJob => ({
  tried,
  source: { kind: 'capture', path, batches: undefined },
  scope: EVERYTHING,
  alertsPerMinute: undefined,
});

/** CPU time of a process with all its threads; clock ticks of 10 ms. */
function cpuNs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, 'latin1').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10_000_000;
}

console.log(JSON.stringify(await measure(JSON.parse(process.argv[2] ?? '{}') as BacktestStep)));
