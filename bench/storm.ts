import { findCgroupMounts } from '../agent/src/containers/cgroup-root.ts';
import { startContainer, type TestContainer } from '../test/support/container.ts';
import { savedState } from '../test/support/saved-state.ts';
import { type Stack, startStack } from '../test/support/stack.ts';
import { residentMb } from './load/cpu.ts';
import { appliedByKind, settle } from './load/events-applied.ts';
import { LightContainers } from './load/light-containers.ts';
import { livingProcesses, startStorm, stormReport } from './load/storm-container.ts';
import type { BenchOptions, BenchReport, Table } from './report.ts';
import { round, slope } from './statistics.ts';

interface Plan {
  readonly seconds: number;
  readonly sampleMs: number;
  /** Containers started by runc, and bare cgroups that look like containers. */
  readonly real: number;
  readonly light: number;
}

const FULL: Plan = { seconds: 120, sampleMs: 2500, real: 200, light: 6000 };
const QUICK: Plan = { seconds: 15, sampleMs: 2500, real: 10, light: 200 };
/** Processes that the storm leaves behind: lines of ten. */
const CHAINS = 20;
const DEPTH = 10;
const MOST_LOSSES = 12;

interface Sample {
  readonly second: number;
  readonly phase: string;
  readonly agent: number;
  readonly control: number;
}

/**
 * A container forks as fast as the machine can, then containers start and end in a row; the real agent, NATS and control
 * plane take it, all on this machine. Tells memory over time, what of the forks was told and what was lost; at the end
 * what the control plane knows is held against what the kernel lists.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const plan = quick ? QUICK : FULL;
  const stack = await startStack({ env: { PICKET_SLOTS: '2048' } });
  const samples = new Sampler(stack, plan.sampleMs);
  let container: TestContainer | undefined;
  try {
    const before = await appliedByKind(stack);
    samples.begin('storm');
    container = await startStorm({ seconds: plan.seconds, chains: CHAINS, depth: DEPTH });
    const storm = await stormReport(container, plan.seconds * 2 + 60);
    samples.begin('settling');
    const forks = await settle(stack, before, ['process.fork'], storm.forks);
    const losses = await lossesOf(stack);
    samples.begin('starts');
    const starts = await startMany(plan);
    await settle(stack, before, ['container.stopped'], plan.real + plan.light);
    const after = await appliedByKind(stack);
    samples.end();
    const truth = await compare(stack, container, starts.ids);
    const told = {
      forks_made: storm.forks,
      forks_per_second: round(storm.forks / (storm.ns / 1e9)),
      forks_told: forks,
      containers_started: after.get('container.started') ?? 0,
      containers_stopped: after.get('container.stopped') ?? 0,
    };
    return report(plan, samples.all, told, losses, starts, truth);
  } finally {
    samples.end();
    await container?.remove();
    await stack.stop();
  }
}

/** Resident memory of agent and control plane, every so often. */
class Sampler {
  readonly all: Sample[] = [];
  readonly #stack: Stack;
  readonly #timer: NodeJS.Timeout;
  readonly #start = performance.now();
  #phase = 'idle';

  constructor(stack: Stack, everyMs: number) {
    this.#stack = stack;
    this.#take();
    this.#timer = setInterval(() => this.#take(), everyMs);
  }

  begin(phase: string): void {
    this.#phase = phase;
  }

  end(): void {
    clearInterval(this.#timer);
  }

  #take(): void {
    const second = round((performance.now() - this.#start) / 1000, 1);
    const [agent, control] = [this.#stack.agent?.pid ?? 0, this.#stack.control.pid].map((pid) =>
      round(residentMb(pid), 1),
    );
    this.all.push({ second, phase: this.#phase, agent: agent as number, control: control as number });
  }
}

interface Starts {
  readonly ids: (id: string) => boolean;
  readonly realSeconds: number;
  readonly lightSeconds: number;
}

/** Containers of runc one after the other, then bare cgroups. */
async function startMany(plan: Plan): Promise<Starts> {
  const ids = new Set<string>();
  const begin = performance.now();
  for (let i = 0; i < plan.real; i++) {
    const one = await startContainer({ name: `short-${i}`, args: ['true'] });
    ids.add(one.id);
    await one.remove();
  }
  const middle = performance.now();
  await using light = new LightContainers();
  const prefix = await light.runOnce(plan.light);
  const lightSeconds = (performance.now() - middle) / 1000;
  return { ids: (id) => ids.has(id) || id.startsWith(prefix), realSeconds: (middle - begin) / 1000, lightSeconds };
}

/** Lost events of this node by kind and reason, as the control plane was told. */
async function lossesOf(stack: Stack): Promise<[name: string, count: number][]> {
  const response = await fetch(`${stack.api}/metrics`, { headers: { authorization: `Bearer ${stack.token}` } });
  const lines = (await response.text()).matchAll(
    /^picket_node_events_lost\{.*?kind="([^"]+)",reason="([^"]+)".*?\} (\d+)/gm,
  );
  return [...lines].map(([, kind, reason, count]) => [`${kind} ${reason}`, Number(count)]);
}

interface Truth {
  readonly living: number;
  readonly known: number;
  readonly missing: number;
  readonly ghosts: number;
  readonly shortStillRunning: number;
  readonly treeSize: number;
  readonly evictedExited: number;
  readonly evictedLiving: number;
}

/** Stops agent and control plane; compares what the latter knew with the processes that live. */
async function compare(stack: Stack, container: TestContainer, isShort: (id: string) => boolean): Promise<Truth> {
  const living = livingProcesses(`${findCgroupMounts().root}${container.cgroupPath}`);
  await stack.agent?.stop();
  await settle(stack, new Map(), ['process.exit'], Number.POSITIVE_INFINITY);
  await stack.control.stop();
  const { processes, containers } = await savedState(stack);
  const all = [...containers.all()];
  const own = all.find(({ id }) => id === container.id);
  const nodes = [...processes.nodes()].filter(
    (node) => node.exited === 0 && node.slot === own?.slot && node.generation === own.generation,
  );
  const known = nodes.filter(({ pid, start }) => living.get(pid) === Math.floor(start / 1e7)).length;
  return {
    living: living.size,
    known,
    missing: living.size - known,
    ghosts: nodes.length - known,
    shortStillRunning: all.filter(({ id, stopped }) => stopped === 0 && isShort(id)).length,
    treeSize: processes.size,
    evictedExited: processes.evictedExited,
    evictedLiving: processes.evictedLiving,
  };
}

function report(
  plan: Plan,
  samples: readonly Sample[],
  told: Readonly<Record<string, number>>,
  losses: readonly [string, number][],
  starts: Starts,
  truth: Truth,
): BenchReport {
  // the first half fills the tree; what grows after that grows for good
  const rise = (phase: string, pick: (sample: Sample) => number) => {
    const own = samples.filter((sample) => sample.phase === phase);
    return round(slope(own.slice(own.length >> 1).map((sample) => [sample.second / 60, pick(sample)])), 2);
  };
  const slopes = ['storm', 'starts'].map((phase) => [
    phase,
    rise(phase, (s) => s.agent),
    rise(phase, (s) => s.control),
  ]);
  const most = [...losses].sort((a, b) => b[1] - a[1]).slice(0, MOST_LOSSES);
  const rate = (count: number, seconds: number) => round(count / seconds, 1);
  const rates: Table = [
    ['started in a row', 'count', 'a second'],
    ['by runc', plan.real, rate(plan.real, starts.realSeconds)],
    ['bare cgroups with a process', plan.light, rate(plan.light, starts.lightSeconds)],
  ];
  return {
    tables: [
      [
        ['second', 'phase', 'agent, MB', 'control plane, MB'],
        ...samples.map((s) => [s.second, s.phase, s.agent, s.control]),
      ],
      [['rise in the second half, MB a minute', 'agent', 'control plane'], ...(slopes as [string, number, number][])],
      [['told', 'count'], ...Object.entries(told)],
      [['lost until the storm had settled', 'count'], ...(most.length > 0 ? most : [['nothing', 0] as const])],
      rates,
      [['at the end', 'count'], ...Object.entries(truth)],
    ],
    result: {
      ...told,
      lost: Object.fromEntries(losses),
      real_starts_per_second: rate(plan.real, starts.realSeconds),
      light_starts_per_second: rate(plan.light, starts.lightSeconds),
      rise_mb_a_minute: Object.fromEntries(slopes.map(([phase, agent, control]) => [phase, { agent, control }])),
      ...truth,
      samples,
    },
  };
}
