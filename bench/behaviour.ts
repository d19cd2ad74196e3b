import { loadRules } from '../control-plane/src/detection/rules/load/load-rules.ts';
import { RuleEngine } from '../control-plane/src/detection/rules/rule-engine.ts';
import { readRuleFiles, SHIPPED_RULES } from '../control-plane/src/rule-files.ts';
import type { Batch } from '../control-plane/src/types.ts';
import { batchesOf, ordinaryCapture, type Pass, pass, programOf, trainAll } from './load/behaviour-load.ts';
import type { BenchOptions, BenchReport } from './report.ts';
import { median, round } from './statistics.ts';

const CONTAINERS = 1000;
/** Seconds that are measured, and those before them in which all containers are told once. */
const MEASURED = 60;
const KNOWN = 65;

/**
 * What learned behaviour costs: CPU time of a partition with 1000 containers, without behaviour, learning, and scoring with
 * models, behind the shipped rules. The containers are those of a capture of real ones, sent by as many nodes as it takes;
 * so the containers of one name do the same at the same time.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const file = ordinaryCapture();
  const all = await batchesOf(file, quick ? 300 : 590);
  const end = endOf(all);
  const before = all.filter((batch) => between(batch, end - MEASURED - KNOWN, end - MEASURED));
  const batches = all.filter((batch) => between(batch, end - MEASURED, end));
  const rules = new RuleEngine(loadRules(readRuleFiles([SHIPPED_RULES])));
  const { workloads, trainMs, materialBytes } = trainAll(engineOf(pass([], all, 1, rules, programOf([]))));
  const seconds = MEASURED;
  const active = engineOf(pass([], [...before, ...batches], 1, rules, programOf([]))).containers;
  const copies = Math.max(1, Math.round(CONTAINERS / active));
  const modes = { off: undefined, learning: programOf([]), scoring: programOf(workloads) };
  const runs: Record<keyof typeof modes, Pass[]> = { off: [], learning: [], scoring: [] };
  for (let turn = 0; turn < (quick ? 1 : 3); turn++)
    for (const name of Object.keys(modes) as (keyof typeof modes)[])
      runs[name].push(pass(before, batches, copies, rules, modes[name]));
  const cpu = (name: keyof typeof modes) => median(runs[name].map(({ cpuMs }) => cpuMs));
  const events = batches.reduce((sum, { header }) => sum + header.count, 0) * copies;
  const containers = active * copies;
  const share = (name: 'learning' | 'scoring') =>
    ((cpu(name) - cpu('off')) / 1000 / seconds) * (CONTAINERS / containers) * 100;
  const perWindow = (name: 'learning' | 'scoring') => ((cpu(name) - cpu('off')) * 1000) / lastOf(runs[name]).windows;
  const stats = engineOf(lastOf(runs.scoring)).stats;
  const { windows } = lastOf(runs.scoring);
  const bytes = workloads.map(({ model, profile }) => (model?.bytes ?? 0) + profile.bytes);
  const result = {
    capture: file,
    seconds: round(seconds),
    containers: round(containers),
    events,
    windows,
    scored: stats.scored,
    cpuMs: { off: round(cpu('off')), learning: round(cpu('learning')), scoring: round(cpu('scoring')) },
    ratio: { learning: round(cpu('learning') / cpu('off'), 2), scoring: round(cpu('scoring') / cpu('off'), 2) },
    coreShareOf1000: { learning: round(share('learning'), 1), scoring: round(share('scoring'), 1) },
    usPerWindow: { learning: round(perWindow('learning'), 1), scoring: round(perWindow('scoring'), 1) },
    workloads: workloads.length,
    modelBytes: { median: round(median(bytes)), most: Math.max(...bytes) },
    materialBytes: { median: round(median(materialBytes)), most: Math.max(...materialBytes) },
    trainMs: { median: round(median(trainMs)), most: round(Math.max(...trainMs)) },
    snapshot: snapshotCost(lastOf(runs.scoring)),
  };
  return { tables: tablesOf(result), result };
}

type Result = Readonly<Record<string, unknown>> & {
  readonly cpuMs: Readonly<Record<'off' | 'learning' | 'scoring', number>>;
  readonly ratio: Readonly<Record<'learning' | 'scoring', number>>;
  readonly coreShareOf1000: Readonly<Record<'learning' | 'scoring', number>>;
  readonly usPerWindow: Readonly<Record<'learning' | 'scoring', number>>;
  readonly modelBytes: { readonly median: number; readonly most: number };
  readonly materialBytes: { readonly median: number; readonly most: number };
  readonly trainMs: { readonly median: number; readonly most: number };
  readonly snapshot: { readonly ms: number; readonly bytes: number };
};

const tablesOf = (result: Result): BenchReport['tables'] => [
  [
    ['partition with 1000 containers', 'CPU ms', 'ratio', '% of a core for behaviour', 'us a window'],
    ['without behaviour', result.cpuMs.off, 1, '', ''],
    ...(['learning', 'scoring'] as const).map((name) => [
      name,
      result.cpuMs[name],
      result.ratio[name],
      result.coreShareOf1000[name],
      result.usPerWindow[name],
    ]),
  ],
  [
    ['', 'median', 'most', 'goal'],
    ['model and profile, bytes', result.modelBytes.median, result.modelBytes.most, 262144],
    ['material, bytes', result.materialBytes.median, result.materialBytes.most, 262144],
    ['training, ms', result.trainMs.median, result.trainMs.most, 5000],
    ['a window from its first event to its score, us', result.usPerWindow.scoring, '', 200],
    ['checkpoint of 1000 containers, CPU ms', result.snapshot.ms, '', ''],
    ['the same, bytes before packing', result.snapshot.bytes, '', ''],
  ],
];

function snapshotCost(done: Pass): { ms: number; bytes: number } {
  const began = process.cpuUsage();
  const bytes = engineOf(done).snapshot().length;
  const { user, system } = process.cpuUsage(began);
  return { ms: round((user + system) / 1000), bytes };
}

function engineOf({ engine }: Pass): NonNullable<Pass['engine']> {
  if (!engine) throw new Error('this pass had no behaviour');
  return engine;
}

const lastOf = (runs: readonly Pass[]): Pass => {
  const last = runs.at(-1);
  if (!last) throw new Error('nothing was run');
  return last;
};

const secondOf = ({ header }: Batch): number => Number(header.watermark) / 1e9;
const endOf = (batches: readonly Batch[]): number => Math.max(...batches.map(secondOf));
const between = (batch: Batch, from: number, to: number): boolean => secondOf(batch) > from && secondOf(batch) <= to;
