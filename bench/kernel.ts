import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BpfObject, openObject, progStats } from '@picket/native';
import { FULL_PLAN, type ProbePlan } from '@picket/sdk';
import { TracedCgroup } from '../agent/src/source/testing/traced-cgroup.ts';
import { BPF_FOLDERS, buildBpf } from '../bpf/build.ts';
import { runLoad } from './load/cgroup-load.ts';
import { compileLoad } from './load/compile.ts';
import type { BenchOptions, BenchReport } from './report.ts';
import { median, round } from './statistics.ts';

/** What runs, and how many operations one run has: short, so that what else the machine does falls on all modes alike. */
interface Workload {
  readonly name: string;
  readonly kind: string;
  readonly count: number;
}

const WORKLOADS: readonly Workload[] = [
  { name: 'getppid', kind: 'getppid', count: 500_000 },
  { name: 'open+close', kind: 'open', count: 40_000 },
  { name: 'fork+exec', kind: 'fork', count: 400 },
  { name: 'tcp connect', kind: 'tcp', count: 4000 },
];

/**
 * base: no probe; empty: an empty program on the return of system calls; untraced: all probes, in a container nobody wants
 * to hear of; traced: the same in one that is watched, as the agent does it by default; each: traced, and equal events
 * of a process are all told.
 */
type Mode = 'base' | 'empty' | 'untraced' | 'traced' | 'each';
const MODES: readonly Mode[] = ['base', 'empty', 'untraced', 'traced', 'each'];

const NO_BUDGETS: ProbePlan = { ...FULL_PLAN, budgets: {} };
const PLANS: Readonly<Record<Mode, ProbePlan>> = {
  base: { ...FULL_PLAN, kinds: [], histogram: false },
  empty: { ...FULL_PLAN, kinds: [], histogram: false },
  untraced: NO_BUDGETS,
  traced: NO_BUDGETS,
  each: { ...NO_BUDGETS, suppressMs: 0 },
};

/**
 * What the probes add to system calls. The modes take turns, round after round; medians of the ratios and differences to the base
 * and to the empty program of the same round, and the kernel's own figures of each program.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const rig = await openRig();
  const samples = new Map<string, number[]>();
  const rounds = options.quick ? 5 : 21;
  try {
    for (let i = 0; i < rounds; i++) for (const mode of MODES) await measure(rig, mode, samples);
    return report(samples, await programTimes(rig), rounds);
  } finally {
    rig.cgroup.stop();
    await rig.cgroup[Symbol.asyncDispose]();
    rig.empty.close();
    rmSync(rig.files, { recursive: true });
  }
}

interface Rig {
  readonly cgroup: TracedCgroup;
  readonly empty: BpfObject;
  readonly program: string;
  /** Where the load opens files. */
  readonly files: string;
}

async function openRig(): Promise<Rig> {
  const program = compileLoad();
  const empty = openObject(buildEmpty(), { name: 'empty' });
  empty.load();
  const files = mkdtempSync(join(tmpdir(), 'picket-bench-'));
  return { cgroup: new TracedCgroup({ trace: true, keep: false, plan: NO_BUDGETS }), empty, program, files };
}

async function measure(rig: Rig, mode: Mode, samples: Map<string, number[]>): Promise<void> {
  const { cgroup, empty, program, files } = rig;
  cgroup.source.apply(PLANS[mode]);
  if (mode === 'untraced') cgroup.source.ignore(cgroup.id);
  else cgroup.source.trace(cgroup.id, 7, 3);
  const link = mode === 'empty' ? empty.attach('empty_exit') : undefined;
  for (const { name, kind, count } of WORKLOADS) {
    const { ns } = await runLoad(program, cgroup.path, [kind, count, 0, files]);
    const key = `${name}/${mode}`;
    samples.set(key, [...(samples.get(key) ?? []), ns / count]);
  }
  link?.detach();
  cgroup.discard();
}

function buildEmpty(): Uint8Array {
  const folders = { ...BPF_FOLDERS, sources: 'bench/load', output: 'build/bench' };
  buildBpf(folders);
  return readFileSync(fileURLToPath(new URL('../build/bench/empty.bpf.o', import.meta.url)));
}

/** ns per run of every program while the workloads run traced, as the kernel measures them. */
async function programTimes({ cgroup, program, files }: Rig): Promise<Record<string, number>> {
  cgroup.source.apply(PLANS.each);
  cgroup.source.trace(cgroup.id, 7, 3);
  const stats = progStats(true);
  for (const { kind, count } of WORKLOADS) await runLoad(program, cgroup.path, [kind, count, 0, files]);
  const out: Record<string, number> = {};
  for (const object of cgroup.source.loader.objects().values()) {
    for (const { name } of object.programs()) {
      const { runNs, runCount } = object.programStats(name);
      if (Number(runCount) > 0) out[name] = round(Number(runNs) / Number(runCount));
    }
  }
  stats.close();
  return out;
}

function report(samples: Map<string, number[]>, programs: Record<string, number>, rounds: number): BenchReport {
  const result: Record<string, unknown> = { rounds, program_ns: programs };
  const rows = WORKLOADS.map(({ name }) => {
    const of = (mode: Mode) => samples.get(`${name}/${mode}`) ?? [];
    // by rounds: the speed of a shared machine changes by half from one minute to the next
    const compare = (mode: Mode, to: Mode, how: (ns: number, other: number) => number) =>
      median(of(mode).map((ns, i) => how(ns, of(to)[i] ?? Number.NaN)));
    const ratio = (mode: Mode, to: Mode) =>
      round(
        compare(mode, to, (ns, other) => ns / other),
        3,
      );
    const base = median(of('base'));
    const ratios = MODES.slice(1).map((mode) => ratio(mode, 'base'));
    const toEmpty = (['untraced', 'traced', 'each'] as const).map((mode) => ratio(mode, 'empty'));
    const added = (['traced', 'each'] as const).map((mode) => round(compare(mode, 'base', (ns, other) => ns - other)));
    result[name] = {
      base_ns: round(base),
      to_base: Object.fromEntries(MODES.slice(1).map((mode, i) => [mode, ratios[i]])),
      to_empty: { untraced: toEmpty[0], traced: toEmpty[1], each: toEmpty[2] },
      added_ns: { traced: added[0], each: added[1] },
    };
    return [name, round(base), ...ratios, ...toEmpty, ...added];
  });
  const head = ['workload', 'base ns', 'empty ×', 'untraced ×', 'traced ×', 'each ×'];
  const table = [[...head, 'untraced/empty', 'traced/empty', 'each/empty', 'traced +ns', 'each +ns'], ...rows];
  return { tables: [table, [['program', 'ns per run'], ...Object.entries(programs)]], result };
}
