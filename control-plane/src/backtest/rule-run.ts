import { type Alert, BatchError } from '@picket/sdk';
import type { LoadResult } from '../detection/rules/load/rule.ts';
import { RuleEngine } from '../detection/rules/rule-engine.ts';
import { Partition, type PartitionCounts } from '../partition.ts';
import type { Batch } from '../types.ts';

export interface RuleRunOptions {
  /** Gives the run up between two batches. */
  readonly signal?: AbortSignal;
  /** An engine made of the same rules before, for short runs: making one takes longer than a few events. */
  readonly engine?: RuleEngine;
}

/** What a run went through. */
export interface RuleRunCounts extends Readonly<PartitionCounts> {
  /** Batches that could not be used, by error code. */
  readonly refused: ReadonlyMap<string, number>;
  /** Evaluations that failed, by name of the rule. */
  readonly failures: ReadonlyMap<string, number>;
}

/**
 * Runs rules over batches as the control plane would, from an empty state and without any effect outside: the process
 * tree, windows, grouping and losses are those of detection. Batches may come from any number of nodes; those of one node
 * in order.
 * @param onAlert told of every revision of every alert, in order
 * @throws the reason of `signal`, and what `batches` throws; a batch that can not be used is counted and passed over
 */
export async function runRules(
  rules: LoadResult,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  onAlert: (alert: Alert) => void,
  { signal, engine = new RuleEngine(rules) }: RuleRunOptions = {},
): Promise<RuleRunCounts> {
  const partition = new Partition(() => engine);
  const refused = new Map<string, number>();
  const failedBefore = new Map(engine.failures);
  for await (const batch of batches) {
    signal?.throwIfAborted();
    try {
      for (const alert of partition.handle(batch)) onAlert(alert);
    } catch (error) {
      if (!(error instanceof BatchError)) throw error;
      refused.set(error.code, (refused.get(error.code) ?? 0) + 1);
    }
  }
  for (const alert of partition.flush()) onAlert(alert);
  return { ...partition.counts, refused, failures: since(failedBefore, engine.failures) };
}

function since(before: ReadonlyMap<string, number>, now: ReadonlyMap<string, number>): Map<string, number> {
  const added = [...now].map(([key, count]) => [key, count - (before.get(key) ?? 0)] as const);
  return new Map(added.filter(([, count]) => count > 0));
}

/** The last revision of each alert of a run, in the order in which they were first told. */
export async function alertsOf(
  rules: LoadResult,
  batches: AsyncIterable<Batch> | Iterable<Batch>,
  options: RuleRunOptions = {},
): Promise<{ readonly alerts: readonly Alert[]; readonly counts: RuleRunCounts }> {
  const last = new Map<string, Alert>();
  const counts = await runRules(rules, batches, (alert) => last.set(alert.uuid, alert), options);
  return { alerts: [...last.values()], counts };
}
