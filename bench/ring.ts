import { startContainer, type TestContainer } from '../test/support/container.ts';
import { EVERY_EVENT, type Stack, startStack } from '../test/support/stack.ts';
import type { LoadReport } from './load/cgroup-load.ts';
import { compileLoad } from './load/compile.ts';
import { cpuNs, residentMb } from './load/cpu.ts';
import { appliedByKind, settle } from './load/events-applied.ts';
import type { BenchOptions, BenchReport } from './report.ts';
import { round } from './statistics.ts';

const KINDS = ['file.open', 'net.connect'];
const PROGRAM = '/usr/bin/load';
/** As ring-agent.ts takes it when nothing is said. */
const PER_CALL = 4;
const TARGETS = [500_000, 750_000, 1_000_000, 1_250_000, 1_500_000, 2_000_000, 4_000_000];

interface Step {
  readonly target: number;
  readonly perSecond: number;
  readonly made: number;
  readonly dropped: number;
  readonly agentNs: number;
  readonly controlNs: number;
  readonly natsNs: number;
}

/**
 * The way of an event behind the probes: prepared records (the mix of `pipeline`: half opens with paths, 140 bytes on
 * average) are written into the rings of the real agent at each getppid of a container, and go through real agent,
 * nats-server and control plane with all shipped rules. Rates go up until something is lost or the machine makes no more.
 */
export async function run(options: BenchOptions): Promise<BenchReport> {
  const stack = await startStack({ plan: EVERY_EVENT, agentScript: 'bench/load/ring-agent.ts' });
  let container: TestContainer | undefined;
  try {
    const program = { destination: PROGRAM, type: 'bind', source: compileLoad(), options: ['bind', 'ro'] };
    container = await startContainer({ name: 'ring', args: ['sleep', '3600'], mounts: [program] });
    await measure(stack, container, 200_000, 2);
    const steps: Step[] = [];
    for (const target of TARGETS) {
      const step = await measure(stack, container, target, options.quick ? 3 : 8);
      steps.push(step);
      if (step.dropped > 0 || step.perSecond < target * 0.9) break;
    }
    return report(steps, round(residentMb(stack.agent?.pid ?? 0), 1));
  } finally {
    await container?.remove();
    await stack.stop();
  }
}

async function measure(stack: Stack, container: TestContainer, target: number, seconds: number): Promise<Step> {
  const before = await appliedByKind(stack);
  const pids = [stack.agent?.pid ?? 0, stack.control.pid, stack.nats.pid];
  const cpuBefore = pids.map(cpuNs);
  const calls = Math.ceil((target * seconds) / PER_CALL);
  const { code, stdout, stderr } = await container.exec([PROGRAM, 'getppid', String(calls), String(target / PER_CALL)]);
  if (code !== 0) throw new Error(`the load failed (${code}): ${stderr}`);
  const load = JSON.parse(stdout) as LoadReport;
  const made = load.calls * PER_CALL;
  const applied = await settle(stack, before, KINDS, made);
  const [agentNs = 0, controlNs = 0, natsNs = 0] = pids.map((pid, i) => (cpuNs(pid) - (cpuBefore[i] ?? 0)) / made);
  const perSecond = made / (load.ns / 1e9);
  return { target, perSecond, made, dropped: Math.max(0, made - applied), agentNs, controlNs, natsNs };
}

function report(steps: readonly Step[], agentMb: number): BenchReport {
  const whole = steps.filter((step) => step.dropped === 0);
  const best = whole.reduce((a, b) => (b.perSecond > a.perSecond ? b : a), whole[0] ?? (steps[0] as Step));
  const rows = steps.map((s) =>
    [s.target, s.perSecond, s.dropped, s.agentNs, s.controlNs, s.natsNs].map((value) => round(value)),
  );
  return {
    tables: [[['target/s', 'events/s', 'dropped', 'agent ns', 'control ns', 'nats ns'], ...rows]],
    result: {
      events_per_second: round(best.perSecond),
      dropped: best.dropped,
      agent_ns_per_event: round(best.agentNs),
      control_plane_ns_per_event: round(best.controlNs),
      nats_ns_per_event: round(best.natsNs),
      agent_rss_mb: agentMb,
      steps,
    },
  };
}
