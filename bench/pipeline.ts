import { setTimeout as sleep } from 'node:timers/promises';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { startContainer, type TestContainer } from '../test/support/container.ts';
import { EVERY_EVENT, type Stack, startStack } from '../test/support/stack.ts';
import type { LoadReport } from './load/cgroup-load.ts';
import { compileLoad } from './load/compile.ts';
import { cpuNs, residentMb } from './load/cpu.ts';
import { appliedByKind, settle } from './load/events-applied.ts';
import type { BenchOptions, BenchReport } from './report.ts';
import { median, quantile, round } from './statistics.ts';

/** Kinds the load makes; their count in the control plane is held against the generator's own. */
const KINDS = ['file.open', 'net.connect'];
const PROGRAM = '/usr/bin/load';
const GENERATORS = 2;

interface Step {
  readonly target: number;
  readonly eventsPerSecond: number;
  readonly dropped: number;
  readonly agentNs: number;
  readonly controlNs: number;
  readonly natsNs: number;
  readonly loadNs: number;
}

/**
 * The whole way of an event on this machine: a container makes a known load (55 of 100 records are opens with resolved
 * paths, 10 opens that fail, 35 connects; 140 bytes on average), the real agent, NATS and control plane with all shipped rules take it. Rates go up step by step; the result is
 * the highest at which nothing was lost. Then latencies from the act to the alert, under 100 k events/s and idle.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const stack = await startStack({ plan: EVERY_EVENT });
  let container: TestContainer | undefined;
  try {
    const program = { destination: PROGRAM, type: 'bind', source: compileLoad(), options: ['bind', 'ro'] };
    container = await startContainer({ name: 'bench', args: ['sleep', '3600'], mounts: [program] });
    await load(container, ['mix', 200_000, 50_000]);
    const steps = await climb(stack, container, options.quick ? 3 : 8);
    const rss = await repeat(stack, container, options.quick ? 2 : 10);
    const busy = await latencies(stack, container, { background: 100_000, acts: options.quick ? 60 : 400 });
    const idle = await latencies(stack, container, { background: 0, acts: options.quick ? 40 : 150 });
    return report(steps, rss, busy, idle);
  } finally {
    await container?.remove();
    await stack.stop();
  }
}

async function load(container: TestContainer, args: readonly (string | number)[]): Promise<LoadReport> {
  const { code, stdout, stderr } = await container.exec([PROGRAM, ...args.map(String)]);
  if (code !== 0) throw new Error(`the load failed (${code}): ${stderr}`);
  return JSON.parse(stdout) as LoadReport;
}

/** Doubles its way up until something is lost or the machine can not make more. */
async function climb(stack: Stack, container: TestContainer, seconds: number): Promise<Step[]> {
  const steps: Step[] = [];
  for (const target of [100_000, 200_000, 300_000, 400_000, 500_000, 600_000, 700_000]) {
    const step = await measure(stack, container, target, seconds);
    steps.push(step);
    if (step.dropped > 0 || step.eventsPerSecond < target * 0.9) break;
  }
  return steps;
}

async function measure(stack: Stack, container: TestContainer, target: number, seconds: number): Promise<Step> {
  const before = await appliedByKind(stack);
  const pids = [stack.agent?.pid ?? 0, stack.control.pid, stack.nats.pid];
  const cpuBefore = pids.map(cpuNs);
  const count = Math.ceil((target * seconds) / GENERATORS / 100) * 100;
  const one = (i: number) => load(container, ['mix', count, target / GENERATORS, `/dev/shm/load${i}`]);
  const reports = await Promise.all(Array.from({ length: GENERATORS }, (_, i) => one(i)));
  const truth = reports.reduce((sum, r) => sum + r.opens + r.failures + r.connects, 0);
  const applied = await settle(stack, before, KINDS, truth);
  const [agent, control, nats] = pids.map((pid, i) => (cpuNs(pid) - (cpuBefore[i] as number)) / truth) as [
    number,
    number,
    number,
  ];
  const longest = Math.max(...reports.map((r) => r.ns));
  return {
    target,
    eventsPerSecond: truth / (longest / 1e9),
    dropped: Math.max(0, truth - applied),
    agentNs: agent,
    controlNs: control,
    natsNs: nats,
    loadNs: longest / (truth / GENERATORS),
  };
}

/** Memory of agent and control plane after each of some equal loads. */
async function repeat(
  stack: Stack,
  container: TestContainer,
  times: number,
): Promise<{ agent: number[]; control: number[] }> {
  const rss = { agent: [] as number[], control: [] as number[] };
  for (let i = 0; i < times; i++) {
    await measure(stack, container, 200_000, 2);
    rss.agent.push(round(residentMb(stack.agent?.pid ?? 0), 1));
    rss.control.push(round(residentMb(stack.control.pid), 1));
  }
  return rss;
}

/** ms from the kernel's time of the act to the arrival of the alert at a subscriber, for each of `acts` acts. */
async function latencies(
  stack: Stack,
  container: TestContainer,
  plan: { background: number; acts: number },
): Promise<number[]> {
  const bus = await subscriber(stack);
  const found: number[] = [];
  bus.subscribe('picket.alerts.>', {
    callback: (error, message) => {
      if (error) throw error;
      const now = performance.timeOrigin + performance.now();
      const alert = message.json<{ time: string; revision: number; output: string }>();
      if (alert.revision === 1 && alert.output.includes('/id_rsa ')) found.push(now - preciseMs(alert.time));
    },
  });
  await bus.flush();
  const perSecond = 20;
  const noise =
    plan.background > 0
      ? load(container, ['mix', plan.background * (plan.acts / perSecond + 1), plan.background])
      : undefined;
  await load(container, ['acts', plan.acts, perSecond, '/root/.ssh']);
  await noise;
  await sleep(1000);
  await bus.close();
  if (found.length < plan.acts) throw new Error(`${plan.acts} acts made ${found.length} alerts`);
  return found;
}

async function subscriber(stack: Stack): Promise<NatsConnection> {
  const authenticator = nkeyAuthenticator(stack.nats.seeds.subscriber);
  return await connect({ servers: stack.nats.url, authenticator, inboxPrefix: '_INBOX_subscriber' });
}

/** Date.parse keeps ms only; alerts carry ns. */
function preciseMs(time: string): number {
  const fraction = /\.(\d+)Z$/.exec(time)?.[1] ?? '0';
  return Date.parse(time.replace(/\.\d+Z$/, 'Z')) + Number(`0.${fraction}`) * 1000;
}

function report(
  steps: Step[],
  rss: { agent: number[]; control: number[] },
  busy: number[],
  idle: number[],
): BenchReport {
  const best = steps.filter((step) => step.dropped === 0).at(-1) ?? (steps[0] as Step);
  const rows = steps.map((s) => [
    s.target,
    round(s.eventsPerSecond),
    s.dropped,
    round(s.agentNs),
    round(s.controlNs),
    round(s.natsNs),
    round(s.loadNs),
  ]);
  return {
    tables: [
      [['target/s', 'events/s', 'dropped', 'agent ns', 'control ns', 'nats ns', 'load ns'], ...rows],
      [
        ['act to alert, ms', 'p50', 'p99', 'acts'],
        ['at 100 k events/s', round(quantile(busy, 0.5), 2), round(quantile(busy, 0.99), 2), busy.length],
        ['idle', round(median(idle), 2), round(quantile(idle, 0.99), 2), idle.length],
      ],
      [
        ['memory after each load, MB', ...rss.agent.map((_, i) => i + 1)],
        ['agent', ...rss.agent],
        ['control plane', ...rss.control],
      ],
    ],
    result: {
      events_per_second: round(best.eventsPerSecond),
      dropped: best.dropped,
      agent_ns_per_event: round(best.agentNs),
      control_plane_ns_per_event: round(best.controlNs),
      nats_ns_per_event: round(best.natsNs),
      p50_ms: round(quantile(busy, 0.5), 2),
      p99_ms: round(quantile(busy, 0.99), 2),
      idle_p50_ms: round(median(idle), 2),
      idle_p99_ms: round(quantile(idle, 0.99), 2),
      agent_rss_mb: rss.agent,
      control_plane_rss_mb: rss.control,
      steps: steps.map((s) => ({ target: s.target, events_per_second: round(s.eventsPerSecond), dropped: s.dropped })),
    },
  };
}
