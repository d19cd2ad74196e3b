import type { Log } from '@picket/sdk';
import { type PlanStore, parsePlan } from './plan-store.ts';
import type { CommandRequest } from './sink/commands.ts';
import type { EventSource } from './source/types.ts';
import { tellFailedProbes } from './tell-failed-probes.ts';

/** The command `plan`: brings the probes to the plan of the request, and keeps it for the next start. */
export function planCommand(source: EventSource, store: PlanStore, log: Log) {
  return async (request: CommandRequest): Promise<object> => {
    const plan = parsePlan(request.plan);
    source.apply(plan);
    // probes that are wanted for the first time have been loaded now
    tellFailedProbes(source, log);
    await store.save(plan);
    log.info('a probe plan is in force', { revision: plan.revision, kinds: plan.kinds.length });
    return { revision: plan.revision, probes: source.probes() };
  };
}
