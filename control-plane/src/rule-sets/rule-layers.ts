import type { RuleFile } from '../detection/rules/load/rule.ts';
import { ControlPlaneError } from '../errors.ts';
import type { RuleException } from '../store/rules/rule-exception-store.ts';
import type { RuleOverride } from '../store/rules/rule-override-store.ts';
import type { RuleNumbers } from '../store/rules/rule-revision-store.ts';
import type { RuleActivation, RuleSetRecord } from '../store/rules/rule-set-store.ts';
import type { Store } from '../store/store.ts';
import { exceptionsFile, overridesFile } from './generated-layers.ts';

/** What lies over the rule files of the server. */
export interface RuleLayers {
  readonly numbers: RuleNumbers;
  readonly activation: RuleActivation | undefined;
  /** The active set. */
  readonly set: RuleSetRecord | undefined;
  readonly overrides: readonly RuleOverride[];
  /** Those that hold at the moment of reading. */
  readonly exceptions: readonly RuleException[];
}

/** Changes that come while the layers are read: this many times it is read again. */
const MOST_READS = 100;

/**
 * All of one moment: nothing was changed while it was read.
 * @param now ms since 1970; exceptions whose time is over are left out, whether somebody has ended them or not
 */
export async function readLayers(store: Store, now: number): Promise<RuleLayers> {
  for (let reads = 0; reads < MOST_READS; reads++) {
    const numbers = await store.ruleRevision.read();
    const activation = await store.ruleSets.active();
    const set = activation?.setId ? await store.ruleSets.get(activation.setId) : undefined;
    const overrides = await store.ruleOverrides.list();
    const active = await store.ruleExceptions.active();
    const exceptions = active.filter(({ expires }) => expires === null || expires > now);
    // the number of a change grows when it is written: the same one before and behind means that there was none between
    const { revision } = await store.ruleRevision.read();
    if (revision === numbers.revision) return { numbers, activation, set, overrides, exceptions };
  }
  throw new ControlPlaneError('RULES_BUSY', 'the rules are being changed without end: try again in a few seconds');
}

/** All files in the order in which they are read: those of the server, the set, overrides, exceptions. */
export function layerFiles(base: readonly RuleFile[], { set, overrides, exceptions }: RuleLayers): RuleFile[] {
  return [...base, ...(set?.files ?? []), overridesFile(overrides), exceptionsFile(exceptions)];
}
