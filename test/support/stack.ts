import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { DEFAULT_BUDGETS } from '@picket/sdk';
import type { NodeInfo } from '@picket/sdk/client';
import { nodeEnvironment } from '../../scripts/start/node-environment.ts';
import { startNats, type TestNats } from './nats.ts';
import { waitFor } from './wait-for.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

/** A probe plan that holds nothing back: every event leaves the kernel by itself. */
export const EVERY_EVENT = `trace: all
suppress_ms: 0
budgets: {${Object.keys(DEFAULT_BUDGETS).map((kind) => `${kind}: 0`)}}
`;

export interface StackOptions {
  /** Extra rule files or folders. */
  readonly rules?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** What the administrator says about the probe plan (YAML); EVERY_EVENT for stories that count events. */
  readonly plan?: string;
  /** Name of the node; that of this host when left out. */
  readonly node?: string;
  /** What is started as the agent; its main program when left out. */
  readonly agentScript?: string;
  /** Leaves the agent out, for stories that publish batches themselves. */
  readonly withoutAgent?: boolean;
}

/** One process of the stack. */
export interface StackProcess {
  readonly pid: number;
  /** Everything it has written. */
  log(): string;
  /** Whether it has ended and all it wrote is in the log. */
  ended(): boolean;
  /** SIGKILL, and its end awaited. */
  kill(): Promise<void>;
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>;
}

/** A whole Picket on this machine: NATS, control plane and agent as real processes in private folders. */
export interface Stack {
  readonly nats: TestNats;
  readonly api: string;
  /** Token of the first administrator. */
  readonly token: string;
  control: StackProcess;
  agent: StackProcess | undefined;
  startControl(): Promise<void>;
  startAgent(): Promise<void>;
  /** GET below /api/v1, as the administrator. */
  get<T>(path: string): Promise<T>;
  stop(): Promise<void>;
}

/** Starts everything and waits until events flow and the agent has the probe plan. Call `stop` at the end, also after a failure. */
export async function startStack(options: StackOptions = {}): Promise<Stack> {
  const nats = await startNats(options.node === undefined ? {} : { nodes: [options.node] });
  const stack = new RunningStack(nats, options);
  try {
    await stack.startControl();
    if (options.withoutAgent) return stack;
    await stack.startAgent();
    await planInForce(stack);
    return stack;
  } catch (error) {
    await stack.stop();
    throw error;
  }
}

/** Waits until the agent has the plan of the control plane, and answers its revision. */
export async function planInForce(stack: Stack): Promise<string> {
  return await waitFor('the probe plan', async () => {
    const { items } = await stack.get<{ items: NodeInfo[] }>('nodes');
    const plan = items.find(({ online }) => online)?.plan;
    return plan?.state === 'current' ? plan.wanted : undefined;
  });
}

class RunningStack implements Stack {
  readonly nats: TestNats;
  readonly #options: StackOptions;
  #control: StackProcess | undefined;
  agent: StackProcess | undefined;
  #port = 0;

  constructor(nats: TestNats, options: StackOptions) {
    this.nats = nats;
    this.#options = options;
  }

  get control(): StackProcess {
    if (!this.#control) throw new Error('the control plane has not been started');
    return this.#control;
  }

  get api(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get token(): string {
    return readFileSync(join(this.nats.folder, 'admin-token'), 'utf8').trim();
  }

  async startControl(): Promise<void> {
    const { rules, plan } = this.#options;
    const planFile = join(this.nats.folder, 'plan.yaml');
    if (plan !== undefined) writeFileSync(planFile, plan);
    this.#control = startNode('control-plane/src/main.ts', {
      ...this.#env('control-plane'),
      PICKET_LISTEN: `127.0.0.1:${this.#port}`,
      ...(rules ? { PICKET_RULES: rules } : {}),
      ...(plan === undefined ? {} : { PICKET_PLAN_FILE: planFile }),
    });
    const line = await waitForLine(this.#control, /ready.* url=http:\/\/127\.0\.0\.1:(\d+)/);
    this.#port = Number(line[1]);
  }

  async startAgent(): Promise<void> {
    this.agent = startNode(this.#options.agentScript ?? 'agent/src/main.ts', this.#env('agent'));
    await waitForLine(this.agent, /\bready\b/);
  }

  #env(role: 'agent' | 'control-plane'): Record<string, string> {
    return {
      ...nodeEnvironment(join(ROOT, 'build')),
      NATS_URL: this.nats.url,
      PICKET_NATS_SEED_FILE: this.nats.seedFiles[role],
      PICKET_DATA: this.nats.folder,
      // Stories do many acts in one container and look for the alert of each.
      PICKET_ALERTS_PER_MINUTE: '1000000',
      ...(this.#options.node === undefined ? {} : { PICKET_NODE: this.#options.node }),
      ...this.#options.env,
    };
  }

  async get<T>(path: string): Promise<T> {
    const response = await fetch(`${this.api}/api/v1/${path}`, { headers: { authorization: `Bearer ${this.token}` } });
    if (!response.ok) throw new Error(`GET ${path}: ${response.status} ${await response.text()}`);
    return (await response.json()) as T;
  }

  async stop(): Promise<void> {
    await this.agent?.stop();
    await this.#control?.stop();
    await this.nats.stop();
  }
}

function startNode(script: string, env: Record<string, string>): StackProcess {
  const child = spawn(process.execPath, [join(ROOT, script)], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let log = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (data) => {
      log += data;
    });
  }
  let isClosed = false;
  const ended = new Promise<number | null>((resolve) =>
    child.once('close', (code) => {
      isClosed = true;
      resolve(code);
    }),
  );
  const lastResort = () => child.kill('SIGKILL');
  process.once('exit', lastResort);
  void ended.then(() => process.removeListener('exit', lastResort));
  const end = async (signal: NodeJS.Signals) => {
    if (running(child)) child.kill(signal);
    return await ended;
  };
  return {
    pid: child.pid ?? 0,
    log: () => log,
    ended: () => isClosed,
    kill: async () => void (await end('SIGKILL')),
    stop: () => end('SIGTERM'),
  };
}

const running = (child: ChildProcess) => child.exitCode === null && child.signalCode === null;

/** Waits until a process has written a line; fails with all it wrote when it ends or takes too long. */
async function waitForLine(process_: StackProcess, pattern: RegExp, seconds = 30): Promise<RegExpExecArray> {
  for (let i = 0; i < seconds * 50; i++) {
    const match = pattern.exec(process_.log());
    if (match) return match;
    if (process_.ended()) break;
    await sleep(20);
  }
  throw new Error(`no line like ${pattern} came from process ${process_.pid}:\n${process_.log()}`);
}
