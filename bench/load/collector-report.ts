import { readFileSync } from 'node:fs';
import { type BenchReport, fillIn, markdownTable, type Table } from '../report.ts';
import { median, round } from '../statistics.ts';
import type { Mode } from './collector-modes.ts';
import { FALCO_DROPPED, WHOLE, WORKLOADS, type Workload } from './collector-workloads.ts';

/** One run of a load under one mode, with the base before it. */
export interface Run {
  readonly workload: Workload;
  readonly mode: Mode;
  readonly round: number;
  readonly ns: number;
  readonly cpuNs: number;
  readonly base: { readonly ns: number; readonly cpuNs: number };
  /** CPU time of the agent during the run and until it had told everything. */
  readonly agentNs: number;
  readonly made: number;
  readonly told: number;
  readonly suppressed: number;
  /** Kind and reason, and how many. */
  readonly lost: readonly (readonly [string, number])[];
}

const DOCUMENT = 'docs/performance.md';

type Times = Pick<Run, 'ns' | 'cpuNs' | 'base'>;

interface Line {
  readonly name: string;
  readonly falco: number;
  /** Rounds by mode. */
  readonly rounds: (mode: Mode) => readonly Times[];
}

export function collectorReport(runs: readonly Run[], modes: readonly Mode[], rounds: number): BenchReport {
  const of = (workload: string, mode: Mode) =>
    runs.filter((run) => run.workload.name === workload && run.mode === mode);
  const whole: Line = { ...WHOLE, rounds: (mode) => together(WHOLE.parts.map((part) => of(part, mode))) };
  const single = WORKLOADS.map(({ name, falco }): Line => ({ name, falco, rounds: (mode) => of(name, mode) }));
  const lines = [whole, ...single];
  const books = WORKLOADS.flatMap(({ name }) => modes.map((mode) => bookOf(of(name, mode))));
  const tables = [ratioTable(lines, modes), bookTable(books)];
  return {
    tables: [...tables, FALCO_TABLE],
    result: {
      rounds,
      ratios: Object.fromEntries(lines.map((line) => [line.name, ratiosOf(line, modes)])),
      books,
      falco: { measured: 'elsewhere, on this kind of machine', version: '0.44.1', dropped: FALCO_DROPPED },
    },
    files: { [DOCUMENT]: document(tables) },
  };
}

function document(tables: readonly Table[]): string {
  const text = readFileSync(new URL(`../../${DOCUMENT}`, import.meta.url), 'utf8');
  return fillIn(text, 'collector', tables.map(markdownTable).join('\n\n'));
}

/** Sums of the parts, round by round. */
function together(parts: readonly (readonly Run[])[]): Times[] {
  const [first = []] = parts;
  return first.map((_, i) => {
    const each = parts.flatMap((runs) => runs[i] ?? []);
    const sum = (value: (run: Run) => number) => each.reduce((total, run) => total + value(run), 0);
    const base = { ns: sum((run) => run.base.ns), cpuNs: sum((run) => run.base.cpuNs) };
    return { ns: sum((run) => run.ns), cpuNs: sum((run) => run.cpuNs), base };
  });
}

function ratiosOf({ falco, rounds }: Line, modes: readonly Mode[]) {
  const ratios = modes.map((mode) => {
    const all = rounds(mode);
    const time = round(median(all.map(({ ns, base }) => ns / base.ns)), 3);
    const cpu = round(median(all.map(({ cpuNs, base }) => cpuNs / base.cpuNs)), 3);
    return [mode.name, { time, cpu }] as const;
  });
  return { falco, ...Object.fromEntries(ratios) } as Record<string, number | { time: number; cpu: number }>;
}

function ratioTable(lines: readonly Line[], modes: readonly Mode[]): Table {
  const head = modes.flatMap(({ name }) => [`${name}, time ×`, `${name}, CPU ×`]);
  return [
    ['load', 'base, s', ...head, 'Falco 0.44.1, measured elsewhere, time ×'],
    ...lines.map((line) => {
      const bases = modes.flatMap((mode) => line.rounds(mode).map(({ base }) => base.ns / 1e9));
      const ratios = ratiosOf(line, modes);
      const own = modes.flatMap(({ name }) => {
        const ratio = ratios[name];
        return typeof ratio === 'object' ? [ratio.time, ratio.cpu] : [];
      });
      return [line.name, round(median(bases), 3), ...own, line.falco];
    }),
  ];
}

/** Over all rounds of one load and mode. */
function bookOf(runs: readonly Run[]) {
  const sum = (value: (run: Run) => number) => runs.reduce((total, run) => total + value(run), 0);
  const reasons = new Map<string, number>();
  for (const { lost } of runs) for (const [name, count] of lost) reasons.set(name, (reasons.get(name) ?? 0) + count);
  const [made, told, suppressed] = [sum((run) => run.made), sum((run) => run.told), sum((run) => run.suppressed)];
  const lost = [...reasons.values()].reduce((total, count) => total + count, 0);
  const [run] = runs;
  return {
    load: run?.workload.name ?? '',
    mode: run?.mode.name ?? '',
    made,
    told,
    suppressed,
    lost,
    // of what a mode does not want it tells nothing
    unaccounted: run?.mode.tellsAll ? Math.max(0, made - told - suppressed - lost) : undefined,
    agent_cpu_s: round(median(runs.map(({ agentNs }) => agentNs / 1e9)), 3),
    lost_by_reason: Object.fromEntries(reasons),
  };
}

function bookTable(books: readonly ReturnType<typeof bookOf>[]): Table {
  return [
    [
      'load, all rounds',
      'plan',
      'made',
      'told',
      'equal ones, counted',
      'lost',
      'unaccounted',
      'agent CPU a run, s',
      'lost by',
    ],
    ...books.map((book) => [
      book.load,
      book.mode,
      book.made,
      book.told,
      book.suppressed,
      book.lost,
      book.unaccounted ?? '-',
      book.agent_cpu_s,
      Object.entries(book.lost_by_reason)
        .map(([name, count]) => `${name} ${count}`)
        .join(', '),
    ]),
  ];
}

const FALCO_TABLE: Table = [
  ['Falco 0.44.1, measured elsewhere on this kind of machine', 'of its events'],
  ['dropped under getppid and open+close together', `${FALCO_DROPPED * 100} %`],
];
