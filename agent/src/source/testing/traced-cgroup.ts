import { spawn } from 'node:child_process';
import { mkdirSync, readFileSync, rmdirSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { cgroupId } from '@picket/native';
import { describeRecord, EventCursor, type ProbePlan } from '@picket/sdk';
import { findCgroupMounts } from '../../containers/cgroup-root.ts';
import type { KernelSource } from '../kernel-source.ts';
import { Summary } from '../types.ts';
import { giveBack, PLAIN_PLAN, stopSource, takeSource } from './shared-source.ts';

export type Seen = Record<string, unknown>;

/**
 * The real probes and a cgroup that they trace, for tests: what runs in it stands for a container, without the cost of
 * one. Dispose of it to detach everything and remove the cgroup.
 */
export class TracedCgroup {
  readonly source: KernelSource;
  readonly path: string;
  readonly seen: Seen[] = [];
  readonly #out = new Uint8Array(1 << 20);
  readonly #summary = new Uint32Array(Summary.size);
  readonly #cursor = new EventCursor();
  #stopped = false;

  constructor(
    options: {
      readonly trace: boolean;
      readonly keep?: boolean;
      readonly portable?: boolean;
      readonly traceHost?: boolean;
      /** Else everything is told, nothing is held back. */
      readonly plan?: ProbePlan;
    } = { trace: true },
  ) {
    this.source = takeSource(
      {
        traceHost: options.traceHost ?? false,
        portable: options.portable ?? false,
        plan: options.plan ?? PLAIN_PLAN,
      },
      () => (options.keep === false ? this.discard() : this.drain()),
    );
    this.path = `${findCgroupMounts().root}/picket-test-${process.pid}-${Math.random().toString(36).slice(2, 8)}`;
    mkdirSync(this.path);
    this.drain();
    if (options.trace) this.source.trace(cgroupId(this.path), 7, 3);
    else this.source.ignore(cgroupId(this.path));
    this.seen.length = 0;
  }

  /** Detaches the probes. */
  stop(): void {
    this.#stopped = true;
    stopSource(this.source);
  }

  get id(): bigint {
    return cgroupId(this.path);
  }

  /** Empties the rings without looking at what they hold. */
  discard(): void {
    while (this.source.drain(this.#out, this.#summary) > 0);
  }

  drain(): void {
    for (;;) {
      const bytes = this.source.drain(this.#out, this.#summary);
      if (bytes === 0) return;
      this.#cursor.open(this.#out.subarray(0, bytes));
      while (this.#cursor.next()) this.seen.push(describeRecord(this.#cursor));
    }
  }

  /** Runs a shell command in the cgroup, waits for its end and takes in its events. */
  async run(
    command: string,
    options: { cwd?: string; env?: NodeJS.ProcessEnv } = {},
  ): Promise<{ code: number | null; stdout: string }> {
    const script = `echo $$ > ${this.path}/cgroup.procs && ${command}`;
    const child = spawn('/bin/sh', ['-c', script], { stdio: ['ignore', 'pipe', 'pipe'], ...options });
    let stdout = '';
    child.stdout.on('data', (data) => {
      stdout += data;
    });
    const code = await new Promise<number | null>((resolve, reject) =>
      child.once('error', reject).once('close', resolve),
    );
    this.drain();
    return { code, stdout };
  }

  of(kind: string): Seen[] {
    return this.seen.filter((event) => event.kind === kind);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    giveBack(this.source);
    for (let tries = 0; tries < 100 && readFileSync(`${this.path}/cgroup.procs`, 'utf8') !== ''; tries++)
      await sleep(10);
    const id = this.id;
    rmdirSync(this.path);
    if (!this.#stopped) {
      this.discard();
      this.source.forget(id);
    }
  }
}
