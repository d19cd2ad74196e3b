import { readFileSync } from 'node:fs';
import { barChart } from './chart.ts';
import { runLoad } from './load/cgroup-load.ts';
import { compileLoad } from './load/compile.ts';
import { type KnownCgroup, KnownCgroups } from './load/known-cgroups.ts';
import { MapReader } from './load/map-reader.ts';
import { MapRig } from './load/map-rig.ts';
import { EMPTY, type Variant } from './load/map-variants.ts';
import { type BenchOptions, type BenchReport, fillIn, markdownTable, type Table } from './report.ts';
import { median, round } from './statistics.ts';

interface Size {
  /** Calls of a run: some 30 ms, so that what else the machine does falls on all variants alike. */
  readonly calls: number;
  readonly rounds: number;
  /** How often the counts are read out. */
  readonly reads: number;
  /** Containers that the maps know, in rising order. */
  readonly known: readonly number[];
}

const FULL: Size = { calls: 150_000, rounds: 21, reads: 15, known: [1, 100, 1000] };
const QUICK: Size = { calls: 50_000, rounds: 7, reads: 3, known: [1, 1000] };
const PROCESSES = [1, 2] as const;
const GETPPID = 110;
const DOCUMENT = 'docs/map-types.md';
const CHART = 'docs/images/map-types.svg';

/**
 * What counting system calls by container costs with each type of map: while one process makes calls and while two do at
 * once, with few and many containers in the maps; what it takes to read the counts out, and the memory. All variants take
 * turns, round after round; times are CPU time of the process that makes the calls, its differences to the empty
 * program of the same round, medians.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const size = quick ? QUICK : FULL;
  const rig = new MapRig();
  await using cgroups = new KnownCgroups();
  try {
    const study = new Study(rig, size);
    for (const known of size.known) {
      rig.know(cgroups.grow(known));
      await study.measure(cgroups.all);
    }
    return report(study, rig, size);
  } finally {
    rig.close();
  }
}

/** ns and µs by variant, processes and known containers. */
class Study {
  /** ns of one call. */
  readonly calls = new Samples();
  /** µs of CPU time to read all counts. */
  readonly reads = new Samples();
  /** Counts that were not those of the calls made, by program. */
  readonly wrong = new Map<string, number>();
  readonly #rig: MapRig;
  readonly #size: Size;
  readonly #reader: MapReader;
  readonly #program = compileLoad('calls');

  constructor(rig: MapRig, size: Size) {
    this.#rig = rig;
    this.#size = size;
    this.#reader = new MapReader(rig);
  }

  async measure(cgroups: readonly KnownCgroup[]): Promise<void> {
    const [own] = cgroups;
    if (!own) return;
    for (let round = 0; round < this.#size.rounds; round++)
      for (const processes of PROCESSES)
        for (const variant of this.#rig.variants) await this.#count(variant, own, processes, cgroups.length);
    for (let i = 0; i < this.#size.reads; i++) for (const variant of this.#rig.variants) this.#read(variant, cgroups);
  }

  async #count(variant: Variant, own: KnownCgroup, processes: number, known: number): Promise<void> {
    const before = this.#reader.count(variant, own, GETPPID);
    const args = [this.#size.calls, processes];
    const { calls, cpu_ns } = await this.#rig.with(variant, () =>
      runLoad<{ calls: number; cpu_ns: number }>(this.#program, own.path, args),
    );
    this.calls.add([variant.program, processes, known], cpu_ns / calls);
    const counted = this.#reader.count(variant, own, GETPPID) - before;
    if (variant.counts && counted !== calls)
      this.wrong.set(variant.program, (this.wrong.get(variant.program) ?? 0) + counted - calls);
  }

  #read(variant: Variant, cgroups: readonly KnownCgroup[]): void {
    if (!variant.counts) return;
    const begin = process.cpuUsage();
    this.#reader.readAll(variant, cgroups);
    const { user, system } = process.cpuUsage(begin);
    this.reads.add([variant.program, cgroups.length], user + system);
  }
}

class Samples {
  readonly #all = new Map<string, number[]>();

  add(key: readonly (string | number)[], value: number): void {
    const name = key.join();
    this.#all.set(name, [...(this.#all.get(name) ?? []), value]);
  }

  of(key: readonly (string | number)[]): readonly number[] {
    return this.#all.get(key.join()) ?? [];
  }
}

interface Row {
  readonly variant: Variant;
  /** ns over the empty program; by processes, then by known containers. */
  readonly added: readonly (readonly number[])[];
  /** The same over all numbers of known containers; by processes. */
  readonly overall: readonly number[];
  /** µs, by known containers. */
  readonly reads: readonly number[];
  readonly memoryKb: number;
  readonly miscounted: number;
}

function report(study: Study, rig: MapRig, size: Size): BenchReport {
  const rows = rig.variants
    .filter(({ program }) => program !== EMPTY)
    .map((variant) => rowOf(study, rig, size, variant));
  const empty = PROCESSES.map((processes) =>
    size.known.map((known) => median(study.calls.of([EMPTY, processes, known]))),
  );
  const tables = [costTable(rows, empty, size), readTable(rows, size), refusedTable(rig)].filter((t) => t.length > 1);
  return {
    tables,
    result: {
      rounds: size.rounds,
      known: size.known,
      empty_ns: empty.map((each) => each.map((ns) => round(ns, 1))),
      variants: rows.map(({ variant, added, overall, reads, memoryKb, miscounted }) => ({
        ...{ name: variant.label, added_ns: added, added_overall_ns: overall, memory_kb: memoryKb },
        ...(variant.counts ? { read_us: reads, miscounted } : {}),
      })),
      refused: Object.fromEntries(rig.refused),
    },
    files: { [DOCUMENT]: document(tables), [CHART]: chart(rows) },
  };
}

function rowOf(study: Study, rig: MapRig, size: Size, variant: Variant): Row {
  const over = (processes: number, known: number) => {
    const base = study.calls.of([EMPTY, processes, known]);
    return study.calls.of([variant.program, processes, known]).map((ns, i) => ns - (base[i] ?? Number.NaN));
  };
  return {
    variant,
    added: PROCESSES.map((processes) => size.known.map((known) => round(median(over(processes, known)), 1))),
    overall: PROCESSES.map((processes) => round(median(size.known.flatMap((known) => over(processes, known))), 1)),
    reads: size.known.map((known) => round(median(study.reads.of([variant.program, known])))),
    memoryKb: round(rig.memory(variant, size.known.at(-1) ?? 0) / 1000),
    miscounted: study.wrong.get(variant.program) ?? 0,
  };
}

function costTable(rows: readonly Row[], empty: readonly (readonly number[])[], { known }: Size): Table {
  const head = PROCESSES.flatMap((processes) =>
    known.map((count) => `${processes} process${processes > 1 ? 'es' : ''}, ${count} known`),
  );
  return [
    ['ns a call over the empty program', ...head],
    ...rows.map(({ variant, added }) => [variant.label, ...added.flat()]),
    ['the empty program itself, whole call', ...empty.flat().map((ns) => round(ns, 1))],
  ];
}

function readTable(rows: readonly Row[], { known }: Size): Table {
  const counting = rows.filter(({ variant }) => variant.counts);
  return [
    ['reading all counts', ...known.map((count) => `${count} known, µs`), 'memory, KB', 'miscounted'],
    ...counting.map(({ variant, reads, memoryKb, miscounted }) => [variant.label, ...reads, memoryKb, miscounted]),
  ];
}

const refusedTable = ({ refused }: MapRig): Table => [['not on this kernel', 'why'], ...refused];

function document(tables: readonly Table[]): string {
  const text = readFileSync(new URL(`../${DOCUMENT}`, import.meta.url), 'utf8');
  return fillIn(text, 'tables', tables.map(markdownTable).join('\n\n'));
}

/** How many containers are known makes little difference: one figure over all of them is the steadier one. */
function chart(rows: readonly Row[]): string {
  return barChart({
    title: 'Counting a system call: ns over the empty program',
    series: ['one process', 'two at once'],
    bars: rows.map(({ variant, overall }) => ({ label: variant.label, values: overall })),
  });
}
