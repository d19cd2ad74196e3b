import { setTimeout as sleep } from 'node:timers/promises';
import { NO_FACTS } from '../agent/src/containers/container-facts.ts';
import { ContainerRegistry } from '../agent/src/containers/registry.ts';
import { EVERY_EVENT, type Stack, startStack } from '../test/support/stack.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { cpuNs, residentMb } from './load/cpu.ts';
import { appliedByKind } from './load/events-applied.ts';
import { LightContainers } from './load/light-containers.ts';
import type { BenchOptions, BenchReport } from './report.ts';
import { round, slope } from './statistics.ts';

const STEPS = [1, 10, 100, 300, 1000];
/** Files opened a second by all containers together. */
const LOAD = 10_000;
const SLOTS = 2048;
const LOOKUPS = 2_000_000;

interface Step {
  readonly containers: number;
  readonly agentMb: number;
  readonly controlMb: number;
  /** Share of one CPU in percent. */
  readonly idleCpu: number;
  readonly loadCpu: number;
  readonly eventsPerSecond: number;
  readonly lookupNs: number;
}

/**
 * What each further container costs the agent: memory and CPU, asleep and with a load that is the same in all, from one
 * container to a thousand, on the real agent, NATS and control plane. The containers are bare cgroups with the paths of
 * Docker containers and one process each.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const seconds = quick ? 2 : 60;
  await using light = new LightContainers();
  const stack = await startStack({
    plan: EVERY_EVENT,
    env: { PICKET_SLOTS: String(SLOTS), PICKET_AGENT_METRICS_PORT: '0' },
  });
  try {
    const others = await containersSeen(stack);
    const steps: Step[] = [];
    for (const containers of STEPS) {
      const more = containers - (steps.at(-1)?.containers ?? 0);
      await light.hold(more);
      await waitFor(
        `${containers} containers`,
        async () => ((await containersSeen(stack)) >= others + containers ? true : undefined),
        120,
      );
      await sleep(quick ? 1000 : 5000);
      steps.push(await measure(stack, light, containers, seconds));
    }
    return report(steps);
  } finally {
    await stack.stop();
  }
}

async function measure(stack: Stack, light: LightContainers, containers: number, seconds: number): Promise<Step> {
  const idle = await window(stack, seconds);
  light.setLoad(LOAD);
  const load = await window(stack, seconds);
  light.setLoad(0);
  return {
    containers,
    agentMb: round(residentMb(stack.agent?.pid ?? 0), 1),
    controlMb: round(residentMb(stack.control.pid), 1),
    idleCpu: idle.cpu,
    loadCpu: load.cpu,
    eventsPerSecond: load.events,
    lookupNs: lookupNs(containers),
  };
}

async function window(stack: Stack, seconds: number): Promise<{ cpu: number; events: number }> {
  const pid = stack.agent?.pid ?? 0;
  const [cpu, events, begin] = [cpuNs(pid), await opensApplied(stack), performance.now()];
  await sleep(seconds * 1000);
  const took = (performance.now() - begin) / 1000;
  return {
    cpu: round(((cpuNs(pid) - cpu) / 1e9 / took) * 100, 1),
    events: round(((await opensApplied(stack)) - events) / took),
  };
}

const opensApplied = async (stack: Stack) => (await appliedByKind(stack)).get('file.open') ?? 0;

/** Containers that the agent watches; others of this machine may be among them. */
async function containersSeen(stack: Stack): Promise<number> {
  const url = /metrics are served.* url=(\S+)/.exec(stack.agent?.log() ?? '')?.[1];
  if (!url) throw new Error('the agent does not serve its metrics');
  const text = await (await fetch(url)).text();
  return Number(/^picket_agent_containers (\d+)/m.exec(text)?.[1] ?? 0);
}

/** Time of one look-up by cgroup in a registry with so many containers, in this process. */
function lookupNs(containers: number): number {
  const registry = new ContainerRegistry(SLOTS);
  const ids = Array.from({ length: containers }, (_, i) => 10_000n + BigInt(i) * 97n);
  for (const cgroup of ids) registry.register({ cgroup, path: `/docker/${cgroup}`, facts: NO_FACTS, candidate: false });
  const begin = process.hrtime.bigint();
  let found = 0;
  for (let i = 0; i < LOOKUPS; i++) if (registry.byCgroup(ids[(i * 7919) % containers] as bigint)) found++;
  const ns = Number(process.hrtime.bigint() - begin) / LOOKUPS;
  if (found !== LOOKUPS) throw new Error('the registry does not find what was put into it');
  return round(ns, 1);
}

function report(steps: readonly Step[]): BenchReport {
  const each = (pick: (step: Step) => number) => slope(steps.map((step) => [step.containers, pick(step)]));
  const result = {
    agent_kb_each: round(each((s) => s.agentMb) * 1000, 1),
    control_plane_kb_each: round(each((s) => s.controlMb) * 1000, 1),
    idle_cpu_percent_per_100: round(each((s) => s.idleCpu) * 100, 2),
    load_cpu_percent_per_100: round(each((s) => s.loadCpu) * 100, 2),
    lookup_ns: Math.max(...steps.map((s) => s.lookupNs)),
  };
  const rows = steps.map((s) => [
    s.containers,
    s.agentMb,
    s.controlMb,
    s.idleCpu,
    s.loadCpu,
    s.eventsPerSecond,
    s.lookupNs,
  ]);
  return {
    tables: [
      [
        ['containers', 'agent, MB', 'control, MB', 'idle CPU, %', 'load CPU, %', 'opens told/s', 'look-up, ns'],
        ...rows,
      ],
      [['a container more', 'cost'], ...Object.entries(result)],
    ],
    result: { ...result, load_opens_per_second: LOAD, steps },
  };
}
