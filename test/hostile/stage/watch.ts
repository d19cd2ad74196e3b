import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { Worker } from 'node:worker_threads';
import type { Stack } from '../../support/stack.ts';
import type { Health } from './health-worker.ts';

const PAUSE_MS = 50;
const KIB = 1024;

/** A process that the control plane has started. */
interface Seen {
  readonly pid: number;
  /** Start time in clock ticks: numbers of processes are used again. */
  readonly started: string;
  readonly what: 'host' | 'validator' | 'compiler' | 'other';
}

/** Watches the control plane and its processes from outside: whether it answers, and what they take. */
export class Watch {
  readonly #stack: Stack;
  readonly #stop = new AbortController();
  readonly #health: Worker;
  readonly #running: Promise<void>;
  readonly #seen = new Map<string, Seen>();
  /** Most resident memory, bytes. */
  readonly peaks = { control: 0, host: 0, validator: 0, compiler: 0, other: 0 };
  /** Most processes at once. */
  readonly most = { host: 0, validator: 0, compiler: 0, other: 0 };
  mostThreads = 0;
  answers = 0;
  /** Why it did not answer. */
  readonly failures: string[] = [];

  constructor(stack: Stack) {
    this.#stack = stack;
    this.#health = new Worker(new URL('./health-worker.ts', import.meta.url), { workerData: `${stack.api}/healthz` });
    this.#health.on('message', (health: Health) => this.#heard(health));
    this.#running = this.#sizes();
  }

  async stop(): Promise<void> {
    this.#stop.abort();
    await this.#health.terminate();
    await this.#running;
  }

  /** Those that were seen and are there still. */
  get left(): Seen[] {
    return [...this.#seen.values()].filter(({ pid, started }) => statOf(pid)?.started === started);
  }

  #heard({ failure }: Health): void {
    if (failure === undefined) this.answers++;
    else this.failures.push(failure);
  }

  async #sizes(): Promise<void> {
    while (!this.#stop.signal.aborted) {
      const { pid } = this.#stack.control;
      this.#measure('control', pid);
      const now = childrenOf(pid);
      for (const kind of ['host', 'validator', 'compiler', 'other'] as const)
        this.most[kind] = Math.max(this.most[kind], now.filter(({ what }) => what === kind).length);
      for (const child of now) {
        this.#seen.set(`${child.pid}/${child.started}`, child);
        this.#measure(child.what, child.pid);
      }
      await sleep(PAUSE_MS);
    }
  }

  #measure(what: keyof Watch['peaks'], pid: number): void {
    const status = read(`/proc/${pid}/status`);
    this.peaks[what] = Math.max(this.peaks[what], KIB * Number(/^VmHWM:\s+(\d+)/m.exec(status)?.[1] ?? 0));
    if (what === 'host')
      this.mostThreads = Math.max(this.mostThreads, Number(/^Threads:\s+(\d+)/m.exec(status)?.[1] ?? 0));
  }
}

/** Processes that a process has started and that run now. */
export function childrenOf(parent: number): Seen[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => {
      const stat = statOf(Number(name));
      if (stat?.parent !== parent) return [];
      return [{ pid: Number(name), started: stat.started, what: whatIs(read(`/proc/${name}/cmdline`)) }];
    });
}

function whatIs(command: string): Seen['what'] {
  if (command.includes('host-child')) return 'host';
  if (command.includes('validate-child')) return 'validator';
  return command.includes('compile-child') ? 'compiler' : 'other';
}

/** Undefined when there is no such process, or only what is left of one. */
function statOf(pid: number): { parent: number; started: string } | undefined {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state, parent] = fields;
  if (stat === '' || state === 'Z' || state === 'X') return undefined;
  return { parent: Number(parent), started: fields[19] ?? '' };
}

/** Empty for a process that has ended. */
function read(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    if (['ENOENT', 'ESRCH'].includes((error as NodeJS.ErrnoException).code ?? '')) return '';
    throw error;
  }
}
