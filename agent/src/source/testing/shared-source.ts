import { FULL_PLAN, type ProbePlan } from '@picket/sdk';
import { KernelSource } from '../kernel-source.ts';

/** Everything is told, nothing is held back. */
export const PLAIN_PLAN: ProbePlan = { ...FULL_PLAN, suppressMs: 0, budgets: {} };

export interface SharedOptions {
  readonly portable: boolean;
  readonly traceHost: boolean;
  readonly plan: ProbePlan;
}

interface Shared {
  readonly source: KernelSource;
  onReady: () => void;
}

const shared = new Map<string, Shared>();
const IDLE = () => undefined;

/**
 * The probes of one test process: the kernel takes seconds to verify them all, so tests that follow one another use the
 * same ones. A source that has lost events is not used again: the next test begins with clean counters.
 */
export function takeSource(options: SharedOptions, onReady: () => void): KernelSource {
  const key = `${options.portable} ${options.traceHost}`;
  const known = shared.get(key);
  if (known && known.source.losses().length === 0) {
    known.onReady = onReady;
    known.source.apply(options.plan);
    return known.source;
  }
  known?.source.stop();
  const source = new KernelSource({ slots: 64, ...options });
  const fresh = { source, onReady };
  shared.set(key, fresh);
  source.start(() => fresh.onReady());
  return source;
}

/** Gives a source back: nobody looks at its events until it is taken again. */
export function giveBack(source: KernelSource): void {
  for (const each of shared.values()) if (each.source === source) each.onReady = IDLE;
}

/** Stops a source before its time. */
export function stopSource(source: KernelSource): void {
  for (const [key, each] of shared) if (each.source === source) shared.delete(key);
  source.stop();
}
