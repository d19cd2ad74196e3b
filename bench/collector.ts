import { KINDS } from '@picket/sdk';
import { startContainer, type TestContainer } from '../test/support/container.ts';
import { waitFor } from '../test/support/wait-for.ts';
import { BASE, checkBase, type Mode, modes } from './load/collector-modes.ts';
import { collectorReport, type Run } from './load/collector-report.ts';
import { PROGRAM, runIn, WORKLOADS, type Workload } from './load/collector-workloads.ts';
import { compileLoad } from './load/compile.ts';
import { threadsCpuNs } from './load/cpu.ts';
import { type Books, LoneAgent } from './load/lone-agent.ts';
import type { BenchOptions, BenchReport } from './report.ts';

/**
 * The loads that Falco 0.44.1 was measured with, in a real container, with the real agent and nats-server: without
 * probes and with them in turn. Tells the ratios of time and CPU time, what of the events was told and lost, and the CPU
 * time of the agent.
 */
export async function run({ quick }: BenchOptions): Promise<BenchReport> {
  const stage = await Stage.open(quick ? 0.1 : 1);
  const measured = quick ? modes().filter(({ name }) => name !== 'each') : modes();
  const rounds = quick ? 2 : 7;
  try {
    const runs: Run[] = [];
    for (const workload of WORKLOADS) {
      for (let round = 0; round < rounds; round++) {
        const base = await stage.base(workload);
        for (const mode of measured) runs.push({ ...(await stage.measure(workload, mode)), base, round });
      }
    }
    return collectorReport(runs, measured, rounds);
  } finally {
    await stage.close();
  }
}

class Stage {
  readonly #agent: LoneAgent;
  readonly #container: TestContainer;
  readonly #scale: number;

  private constructor(agent: LoneAgent, container: TestContainer, scale: number) {
    this.#agent = agent;
    this.#container = container;
    this.#scale = scale;
  }

  static async open(scale: number): Promise<Stage> {
    const agent = await LoneAgent.start();
    try {
      const program = { destination: PROGRAM, type: 'bind', source: compileLoad(), options: ['bind', 'ro'] };
      const container = await startContainer({ name: 'bench', args: ['sleep', '3600'], mounts: [program] });
      const stage = new Stage(agent, container, scale);
      // the first of all runs has files to read and memory to find
      for (const workload of WORKLOADS) await runIn(container, workload, 100);
      return stage;
    } catch (error) {
      await agent.stop();
      throw error;
    }
  }

  /** Without probes. */
  async base(workload: Workload): Promise<Run['base']> {
    if (workload.withoutAgent) await this.#agent.pause();
    else checkBase(await this.#agent.apply(BASE));
    const { ns, cpu_ns } = await runIn(this.#container, workload, workload.count * this.#scale);
    await this.#agent.resume();
    return { ns, cpuNs: cpu_ns };
  }

  async measure(workload: Workload, mode: Mode): Promise<Omit<Run, 'base' | 'round'>> {
    const agent = this.#agent;
    const failed = (await agent.apply(mode.plan)).filter(({ state }) => state === 'failed');
    if (failed.length > 0) throw new Error(`a probe does not work: ${failed[0]?.name}, ${failed[0]?.reason}`);
    await waitFor('the agent to see the container', async () =>
      (await agent.status()).containers > 0 ? true : undefined,
    );
    const before = await agent.books();
    const agentBefore = threadsCpuNs(agent.pid);
    const report = await runIn(this.#container, workload, workload.count * this.#scale);
    const after = await agent.settle();
    const agentNs = threadsCpuNs(agent.pid) - agentBefore;
    const made = workload.made(report);
    return { workload, mode, ns: report.ns, cpuNs: report.cpu_ns, agentNs, ...accounts(before, after, made) };
  }

  async close(): Promise<void> {
    await this.#container.remove();
    await this.#agent.stop();
  }
}

/** What became of the events of the kinds that were made. Those of other kinds come from what else runs in containers. */
function accounts(before: Books, after: Books, made: Readonly<Record<string, number>>) {
  const kinds = [...Object.keys(made), 'window.syscalls'];
  const news = (all: ReadonlyMap<string, number>, old: ReadonlyMap<string, number>) =>
    [...all].map(([name, count]) => [name, count - (old.get(name) ?? 0)] as const).filter(([, count]) => count > 0);
  const sum = (counts: readonly (readonly [string, number])[]) => counts.reduce((total, [, count]) => total + count, 0);
  const isOwn = (name: string) => kinds.includes(kindOf(name)) || !KINDS.some((kind) => kind.name === kindOf(name));
  const lost = news(after.lost, before.lost).filter(([name]) => isOwn(name));
  return {
    made: Object.values(made).reduce((total, count) => total + count, 0),
    told: sum(news(after.told, before.told).filter(([kind]) => kind in made)),
    suppressed: sum(lost.filter(([name]) => name.endsWith(' suppressed'))),
    lost: lost.filter(([name]) => !name.endsWith(' suppressed')),
  };
}

/** Of a name of the books: kind and reason. What is lost without a known kind belongs to everybody. */
const kindOf = (name: string) => name.split(' ', 1)[0] ?? '';
