import type { Container } from '../../../types.ts';
import type { Rule } from '../load/rule.ts';

/** What a profile says of a behaviour: that it belongs to the workload, that it does not, or that it is too early to tell. */
export type BaselineAnswer = 'known' | 'new' | 'learning';

/** The learned profiles of workloads, as rules with a `baseline` ask them. */
export interface Baseline {
  /** @param values those of the `group_by` of the rule, as text; empty where the event has none */
  knows(rule: Rule, container: Container | undefined, values: readonly string[]): BaselineAnswer;
}
