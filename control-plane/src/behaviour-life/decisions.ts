import type { OperatorEntries, OperatorEntry } from '../detection/anomaly/profiles/operator-entries.ts';
import type { DecisionRecord } from '../store/behaviour/behaviour-decision-store.ts';

/** What people decided, as profiles take it. Proposals are left out. */
export function operatorEntries(decisions: readonly DecisionRecord[]): OperatorEntries {
  const entries = (what: DecisionRecord['what']): OperatorEntry[] =>
    decisions
      .filter((decision) => decision.state === 'accepted' && decision.what === what)
      .map(({ token, pattern, reason, actor, time }) => ({
        ...{ token, reason, by: actor, at: time },
        ...(pattern && { isPattern: true }),
      }));
  return { allowed: entries('allow'), removed: entries('remove') };
}

/** What a document says that people decided, as the store keeps it. */
export const decisionsOf = (workload: string, { allowed, removed }: OperatorEntries): DecisionRecord[] =>
  [
    ...allowed.map((entry) => ({ entry, what: 'allow' as const })),
    ...removed.map((entry) => ({ entry, what: 'remove' as const })),
  ].map(({ entry, what }) => ({
    ...{ workload, what, state: 'accepted' as const, token: entry.token, pattern: entry.isPattern === true },
    ...{ reason: entry.reason, actor: entry.by, time: entry.at },
  }));
