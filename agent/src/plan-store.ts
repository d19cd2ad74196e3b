import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { FULL_PLAN, type Log, messageOf, ProbePlan } from '@picket/sdk';
import { AgentError } from './errors.ts';

/** Keeps the last probe plan, so that an agent that starts while the control plane is away knows what is wanted. */
export class PlanStore {
  readonly #file: string;

  constructor(dataFolder: string) {
    this.#file = join(dataFolder, 'probe-plan.json');
  }

  /** The plan of the last run; everything when there is none, or none that can be used. */
  load(log: Log): ProbePlan {
    try {
      return parsePlan(JSON.parse(readFileSync(this.#file, 'utf8')));
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT')
        log.warn('the kept probe plan can not be used: all probes are attached until the control plane sends one', {
          why: messageOf(error),
        });
      return FULL_PLAN;
    }
  }

  async save(plan: ProbePlan): Promise<void> {
    await mkdir(dirname(this.#file), { recursive: true });
    // each its own, so that two at once do not mix
    const half = `${this.#file}.${randomUUID()}.half`;
    await writeFile(half, JSON.stringify(plan), { mode: 0o600 });
    await rename(half, this.#file);
  }
}

/**
 * Checks a plan that came from outside.
 * @throws AgentError COMMAND_INVALID naming the first member that can not be used
 */
export function parsePlan(value: unknown): ProbePlan {
  const parsed = ProbePlan.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw new AgentError(
    'COMMAND_INVALID',
    `the probe plan can not be used, ${issue?.path.join('.') || 'plan'}: ${issue?.message}: send a plan of this version`,
  );
}
