import { setImmediate } from 'node:timers/promises';
import { type Alert, BatchError } from '@picket/sdk';
import type { ExceptionEffect } from '@picket/sdk/client';
import { runRules } from '../backtest/rule-run.ts';
import type { StoredEvents, StoredMessage } from '../bus/types.ts';
import { releaseBatch, unpackBatch } from '../bus/unpack.ts';
import type { Rule } from '../detection/rules/load/rule.ts';
import type { Batch } from '../types.ts';

type EventEffect = ExceptionEffect['events'];

/** A rule as it is, and as it would be. */
export interface RuleVariants {
  readonly before: Rule;
  readonly after: Rule;
}

export interface EffectLimits {
  /** ms of the clock. */
  readonly deadlineMs: number;
  readonly now: () => number;
  /** Whether an alert counts: callers see only some namespaces. */
  readonly sees: (alert: Alert) => boolean;
}

/**
 * Runs both variants of a rule over stored events, in one pass: they have different versions, so their alerts are told
 * apart and never grouped together. Gives way to other work after each batch.
 */
export async function eventEffect(
  stored: StoredEvents,
  { before, after }: RuleVariants,
  { deadlineMs, now, sees }: EffectLimits,
): Promise<EventEffect> {
  const until = now() + deadlineMs;
  const seen = { batches: 0, records: 0, from: 0, until: 0, unreadable: 0, isLate: false };
  async function* batches(): AsyncGenerator<Batch, void, undefined> {
    for await (const message of stored.messages) {
      if (now() >= until) {
        seen.isLate = true;
        return;
      }
      seen.from ||= message.time;
      seen.until = message.time;
      const batch = unpack(message);
      if (!batch) {
        seen.unreadable++;
        continue;
      }
      seen.batches++;
      seen.records += batch.header.count;
      yield batch;
      releaseBatch(batch);
      await setImmediate();
    }
  }
  const counts = { [before.version]: new Map<string, number>(), [after.version]: new Map<string, number>() };
  const rules = [before, after].map((rule) => ({ ...rule, enabled: true }));
  const run = await runRules({ rules, problems: [], outcomes: [] }, batches(), (alert) => {
    // revisions of one alert come in order; the last tells its whole count
    if (sees(alert)) counts[alert.detector.version]?.set(alert.uuid, alert.count);
  });
  const refused = [...run.refused.values()].reduce((sum, count) => sum + count, 0);
  return {
    batches: seen.batches - refused,
    records: seen.records,
    from: isoTime(seen.from),
    until: isoTime(seen.until),
    cut: seen.isLate ? 'time' : stored.cut,
    unreadable: seen.unreadable + refused,
    before: summed(counts[before.version]),
    after: summed(counts[after.version]),
  };
}

function unpack({ bytes, subject, streamSequence }: StoredMessage): Batch | undefined {
  try {
    return unpackBatch(bytes, subject, streamSequence);
  } catch (error) {
    if (error instanceof BatchError) return undefined;
    throw error;
  }
}

function summed(counts: ReadonlyMap<string, number> = new Map()): { alerts: number; matches: number } {
  return { alerts: counts.size, matches: [...counts.values()].reduce((sum, count) => sum + count, 0) };
}

const isoTime = (ms: number): string | null => (ms > 0 ? new Date(ms).toISOString() : null);
