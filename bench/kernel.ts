import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { type BpfObject, openObject, progStats } from '@picket/native';
import { TracedCgroup } from '../agent/src/source/testing/traced-cgroup.ts';
import { BPF_FOLDERS, buildBpf } from '../bpf/build.ts';
import { runLoad } from './load/cgroup-load.ts';
import { compileLoad } from './load/compile.ts';
import type { BenchOptions, BenchReport } from './report.ts';
import { median, round } from './statistics.ts';

/** What runs, and how many operations a run has. */
interface Workload {
  readonly name: string;
  readonly kind: string;
  readonly count: number;
}

/** Where the load opens files. */
const FILES = mkdtempSync(join(tmpdir(), 'picket-bench-'));

const WORKLOADS: readonly Workload[] = [
  { name: 'getppid', kind: 'getppid', count: 2_000_000 },
  { name: 'open+close', kind: 'open', count: 100_000 },
  { name: 'fork+exec', kind: 'fork', count: 1500 },
  { name: 'tcp connect', kind: 'tcp', count: 10_000 },
];

type Mode = 'base' | 'empty' | 'untraced' | 'traced';
const MODES: readonly Mode[] = ['base', 'empty', 'untraced', 'traced'];

/**
 * What the probes add to system calls: each workload runs without probes, with an empty program on the same hook, and with
 * all probes in a container that is not traced and in one that is, in turn, round after round. Medians of ns per operation,
 * ratios to the base of the same run, and the kernel's own figures of each program.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const program = compileLoad();
  const empty = buildEmpty();
  const rounds = options.quick ? 2 : 7;
  const share = options.quick ? 0.25 : 1;
  const samples = new Map<string, number[]>();
  for (let i = 0; i < rounds; i++) {
    for (const mode of MODES) await measure(mode, empty, program, share, samples);
  }
  const programs = await programTimes(program, share);
  rmSync(FILES, { recursive: true });
  return report(samples, programs, rounds);
}

async function measure(
  mode: Mode,
  empty: Uint8Array,
  program: string,
  share: number,
  samples: Map<string, number[]>,
): Promise<void> {
  await using cgroup = new TracedCgroup({ trace: mode === 'traced', keep: false });
  using probes = mode === 'untraced' || mode === 'traced' ? undefined : replaceProbes(cgroup, mode, empty);
  void probes;
  for (const workload of WORKLOADS) {
    const count = Math.ceil(workload.count * share);
    const { ns } = await runLoad(program, cgroup.path, [workload.kind, count, 0, FILES]);
    const key = `${workload.name}/${mode}`;
    samples.set(key, [...(samples.get(key) ?? []), ns / count]);
  }
}

/** Takes the probes out, and hangs the empty program in where the mode asks for it. */
function replaceProbes(cgroup: TracedCgroup, mode: Mode, empty: Uint8Array): Disposable {
  cgroup.source.stop();
  const object: BpfObject | undefined = mode === 'empty' ? openObject(empty, { name: 'empty' }) : undefined;
  object?.load();
  object?.attach('empty_exit');
  return { [Symbol.dispose]: () => object?.close() };
}

function buildEmpty(): Uint8Array {
  const folders = { ...BPF_FOLDERS, sources: 'bench/load', output: 'build/bench' };
  buildBpf(folders);
  return readFileSync(fileURLToPath(new URL('../build/bench/empty.bpf.o', import.meta.url)));
}

/** ns per run of every program while the workloads run traced, as the kernel measures them. */
async function programTimes(program: string, share: number): Promise<Record<string, number>> {
  await using cgroup = new TracedCgroup({ trace: true, keep: false });
  const stats = progStats(true);
  for (const { kind, count } of WORKLOADS)
    await runLoad(program, cgroup.path, [kind, Math.ceil(count * share), 0, FILES]);
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
    const [base, empty, untraced, traced] = MODES.map((mode) => median(samples.get(`${name}/${mode}`) ?? [])) as [
      number,
      number,
      number,
      number,
    ];
    result[name] = {
      base_ns: round(base),
      empty_ratio: round(empty / base, 3),
      untraced_ratio: round(untraced / base, 3),
      traced_ratio: round(traced / base, 3),
      untraced_to_empty: round(untraced / empty, 3),
      traced_to_empty: round(traced / empty, 3),
      untraced_added_ns: round(untraced - base),
      traced_added_ns: round(traced - base),
    };
    return [
      name,
      round(base),
      round(empty / base, 2),
      round(untraced / base, 2),
      round(traced / base, 2),
      round(untraced - base),
      round(traced - base),
    ];
  });
  const table = [['workload', 'base ns', 'empty ×', 'untraced ×', 'traced ×', 'untraced +ns', 'traced +ns'], ...rows];
  return { tables: [table, [['program', 'ns per run'], ...Object.entries(programs)]], result };
}
