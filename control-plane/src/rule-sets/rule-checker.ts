import { Worker } from 'node:worker_threads';
import { messageOf } from '@picket/sdk';
import type { RuleCheck } from '@picket/sdk/client';
import { Turns } from '../bus/turns.ts';
import { ControlPlaneError } from '../errors.ts';
import type { CheckRequest } from './check-rules.ts';

export interface CheckLimits {
  /** ms that one check may take. */
  readonly deadlineMs: number;
  /** MB of memory. */
  readonly memoryMb: number;
  /** Checks that may wait for the one that runs. */
  readonly waiting: number;
}

const LIMITS: CheckLimits = { deadlineMs: 20_000, memoryMb: 512, waiting: 8 };

/**
 * Checks rule files of others on a thread of its own, one check at a time, so that no file, however long or twisted,
 * holds up detection.
 */
export class RuleChecker {
  readonly #limits: CheckLimits;
  readonly #turns = new Turns();
  #waiting = 0;

  constructor(limits: Partial<CheckLimits> = {}) {
    this.#limits = { ...LIMITS, ...limits };
  }

  /** @throws ControlPlaneError RULES_BUSY, or RULES_REFUSED when the check takes too long or too much memory */
  async check(request: CheckRequest): Promise<RuleCheck> {
    if (this.#waiting > this.#limits.waiting)
      throw new ControlPlaneError('RULES_BUSY', 'other rule files are being checked: try again in a few seconds');
    this.#waiting++;
    try {
      return await this.#turns.run(() => this.#run(request));
    } finally {
      this.#waiting--;
    }
  }

  async #run(request: CheckRequest): Promise<RuleCheck> {
    const { deadlineMs, memoryMb } = this.#limits;
    const worker = new Worker(new URL('check-worker.ts', import.meta.url), {
      workerData: request,
      resourceLimits: { maxOldGenerationSizeMb: memoryMb },
    });
    const { promise, resolve, reject } = Promise.withResolvers<RuleCheck>();
    const deadline = setTimeout(() => reject(refused(`the check took longer than ${deadlineMs} ms`)), deadlineMs);
    worker.once('message', resolve);
    worker.once('error', (error) => reject(failed(error)));
    worker.once('exit', (code) => reject(new Error(`the check of rule files ended with code ${code}`)));
    try {
      return await promise;
    } finally {
      clearTimeout(deadline);
      await worker.terminate();
    }
  }
}

const failed = (error: Error): Error =>
  'code' in error && error.code === 'ERR_WORKER_OUT_OF_MEMORY'
    ? refused(`the check took too much memory (${messageOf(error)})`)
    : error;

const refused = (why: string) =>
  new ControlPlaneError(
    'RULES_REFUSED',
    `${why}: upload fewer or smaller files, and write fewer tests into one condition`,
  );
