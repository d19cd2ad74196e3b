import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { connectCapture } from './load/backtest-captures.ts';
import type { BacktestCosts, BacktestStep } from './load/backtest-step.ts';
import type { BenchOptions, BenchReport, Table } from './report.ts';
import { round } from './statistics.ts';

const pathOf = (path: string) => fileURLToPath(new URL(`../${path}`, import.meta.url));
const STEP = pathOf('bench/load/backtest-step.ts');
/** The mix as it was recorded here by `bench workloads`, else the short capture of the same recipe. */
const MIXES = ['build/workloads/ordinary.pkcap', 'test/fixtures/ordinary.pkcap'];

/**
 * How fast the past is played: a packed capture through the port-scan detector in its sandbox, and through the shipped rules, up to
 * the alerts. CPU time of all that takes part, so that it is per core; and where it goes. One capture is ordinary work, of
 * which the detector wants little; in the other every event is handed to it.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const mix = MIXES.find((path) => existsSync(pathOf(path))) ?? '';
  const files = { mix: pathOf(mix), connects: connectCapture(quick ? 500_000 : 2_000_000) };
  const turns = quick ? 3 : 9;
  const steps: [string, BacktestCosts][] = [];
  for (const [name, file] of Object.entries(files)) steps.push([name, await measure({ file, turns })]);
  return {
    tables: [rates(steps), places(steps)],
    result: Object.fromEntries(steps),
  };
}

async function measure(step: BacktestStep): Promise<BacktestCosts> {
  const { stdout } = await promisify(execFile)(process.execPath, ['--no-warnings', STEP, JSON.stringify(step)]);
  return JSON.parse(stdout) as BacktestCosts;
}

const perCore = (ns: number): number => round(1000 / ns, 2);

const rates = (steps: readonly [string, BacktestCosts][]): Table => [
  [
    'capture',
    'events',
    'handed to the detector',
    'detector, M events/s of one core',
    'by the clock',
    'alerts',
    'rules, M events/s of one core',
    'alerts',
  ],
  ...steps.map(([name, { events, handed, detector, alerts, rules }]) => [
    name,
    events,
    handed,
    perCore(detector.own + detector.host),
    round(detector.rate / 1e6, 2),
    alerts,
    perCore(rules.own),
    rules.alerts,
  ]),
];

const places = (steps: readonly [string, BacktestCosts][]): Table => [
  [
    'CPU ns an event',
    'read, unpack, walk',
    'processes',
    'choose, copy',
    'way there, alerts',
    'host beside the detector',
    'detector',
  ],
  ...steps.map(([name, { read, state, select, detector }]) => [
    name,
    round(read),
    round(state - read),
    round(select - read),
    round(detector.own - select),
    round(detector.host - detector.guest),
    round(detector.guest),
  ]),
];
