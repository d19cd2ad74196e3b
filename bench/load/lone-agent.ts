import { spawn } from 'node:child_process';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import type { NatsConnection } from '@nats-io/transport-node';
import { commandSubject, nodeToken, type ProbePlan } from '@picket/sdk';
import type { AgentStatus } from '../../agent/src/sink/status.ts';
import type { ProbeState } from '../../agent/src/source/types.ts';
import { EventStream } from '../../agent/src/testing/event-stream.ts';
import { nodeEnvironment } from '../../scripts/start/node-environment.ts';
import { startNats, type TestNats } from '../../test/support/nats.ts';
import { waitFor } from '../../test/support/wait-for.ts';
import { metricsOf } from './metrics.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));
const COMMAND_MS = 20_000;
/** The agent reads the loss counters of the kernel once a second. */
const COUNTERS_MS = 1100;
const MOST_LOOKS = 10;
/** Events that come from what else there is on the machine. */
const FEW = 50;

/** What an agent has told and lost since it began, by kind, or by kind and reason with a blank between. */
export interface Books {
  readonly told: ReadonlyMap<string, number>;
  readonly lost: ReadonlyMap<string, number>;
}

/** The real agent and a real bus, without a control plane: this process gives the plans. */
export class LoneAgent {
  readonly #nats: TestNats;
  readonly #bus: NatsConnection;
  readonly #subject: string;
  #running: RunningAgent | undefined;

  private constructor(nats: TestNats, bus: NatsConnection, subject: string) {
    this.#nats = nats;
    this.#bus = bus;
    this.#subject = subject;
  }

  static async start(): Promise<LoneAgent> {
    const nats = await startNats();
    try {
      const stream = new EventStream(nats.url, nats.seeds['control-plane']);
      await stream.create();
      const lone = new LoneAgent(nats, await stream.connect(), commandSubject(await nodeToken(hostname())));
      await lone.resume();
      return lone;
    } catch (error) {
      await nats.stop();
      throw error;
    }
  }

  get pid(): number {
    return this.#live.pid;
  }

  /** Ends the agent, and with it everything that it attached. */
  async pause(): Promise<void> {
    await this.#running?.stop();
    this.#running = undefined;
  }

  /** Starts it again; it knows the containers that are there when this resolves. */
  async resume(): Promise<void> {
    if (!this.#running) this.#running = await startAgent(this.#nats);
  }

  /** Puts a plan in force. @returns the state of every probe after it */
  async apply(plan: ProbePlan): Promise<readonly ProbeState[]> {
    const { probes } = await this.#ask<{ probes: readonly ProbeState[] }>({ command: 'plan', plan });
    return probes;
  }

  async status(): Promise<AgentStatus> {
    return (await this.#ask<{ status: AgentStatus }>({ command: 'status' })).status;
  }

  /**
   * Waits until the agent has nothing left to tell, then says what it has told and lost. Other containers of the machine
   * may keep it busy: then it waits no longer than some seconds.
   */
  async settle(): Promise<Books> {
    let before = toldAtAll(await this.books());
    for (let looks = 1; ; looks++) {
      await sleep(COUNTERS_MS);
      const books = await this.books();
      const { queue } = await this.status();
      const told = toldAtAll(books);
      const isQuiet = told - before <= FEW && queue.batches + queue.inFlight + queue.diskBatches <= 1;
      if (isQuiet || looks === MOST_LOOKS) return books;
      before = told;
    }
  }

  async books(): Promise<Books> {
    const numbers = await metricsOf(this.#live.metrics);
    const told = new Map<string, number>();
    const lost = new Map<string, number>();
    for (const [name, count] of numbers) {
      const [, kind] = /^picket_agent_events_total\{kind="(.+)"\}$/.exec(name) ?? [];
      if (kind) told.set(kind, count);
      const [, what, why] = /^picket_agent_lost_total\{kind="(.+)",reason="(.+)"\}$/.exec(name) ?? [];
      if (what) lost.set(`${what} ${why}`, count);
    }
    return { told, lost };
  }

  async stop(): Promise<void> {
    await this.pause();
    await this.#bus.close();
    await this.#nats.stop();
  }

  get #live(): RunningAgent {
    if (!this.#running) throw new Error('the agent does not run');
    return this.#running;
  }

  async #ask<T>(request: object): Promise<T> {
    const message = await this.#bus.request(this.#subject, JSON.stringify(request), { timeout: COMMAND_MS });
    const answer = message.json<{ ok: boolean; error?: { message: string } }>();
    if (!answer.ok) throw new Error(`the agent refused a command: ${answer.error?.message}`);
    return answer as T;
  }
}

const toldAtAll = ({ told }: Books) =>
  [...told].reduce((sum, [kind, count]) => sum + (isPeriodic(kind) ? 0 : count), 0);

/** Made by time, not by what containers do. */
const isPeriodic = (kind: string) => kind.startsWith('window.') || kind.startsWith('container.');

interface RunningAgent {
  readonly pid: number;
  /** Address of its metrics. */
  readonly metrics: string;
  stop(): Promise<void>;
}

async function startAgent(nats: TestNats): Promise<RunningAgent> {
  const env = {
    ...nodeEnvironment(join(ROOT, 'build')),
    NATS_URL: nats.url,
    PICKET_NATS_SEED_FILE: nats.seedFiles.agent,
    PICKET_DATA: nats.folder,
    PICKET_AGENT_METRICS_PORT: '0',
  };
  const child = spawn(process.execPath, [join(ROOT, 'agent/src/main.ts')], {
    env,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let log = '';
  child.stderr.on('data', (data) => {
    log += data;
  });
  const ended = new Promise<void>((resolve) => child.once('close', () => resolve()));
  const lastResort = () => child.kill('SIGKILL');
  process.once('exit', lastResort);
  const stop = async () => {
    child.kill('SIGTERM');
    await ended;
    process.removeListener('exit', lastResort);
  };
  try {
    const metrics = await waitFor('the agent', () => {
      if (child.exitCode !== null) throw new Error(`the agent ended with code ${child.exitCode}:\n${log}`);
      return / ready /.test(log) ? / metrics are served .*url=(\S+)/.exec(log)?.[1] : undefined;
    });
    return { pid: child.pid ?? 0, metrics, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}
