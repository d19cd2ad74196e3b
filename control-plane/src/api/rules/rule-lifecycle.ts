import type {
  ExceptionInfo,
  ExceptionProposal,
  ExceptionRequest,
  Page,
  ProposalRequest,
  RuleCheck,
  RuleFileText,
  RuleOverrideInfo,
  RuleOverrideRequest,
  RuleSet,
  RuleSetCreated,
  RuleSetInfo,
  RuleSetRequest,
  RulesChanged,
  RulesState,
} from '@picket/sdk/client';
import type { z } from 'zod';
import type { Scope } from '../stores.ts';

/** Who changes something: id of the token. */
export interface Actor {
  readonly id: string;
}

type Body<T extends z.ZodType> = z.output<T>;

/**
 * The rules that run and everything that changes them. Each call that changes something is written with its audit
 * entry before it answers.
 */
export interface RuleLifecycle {
  state(): RulesState;
  /** @throws ControlPlaneError RULES_BUSY or RULES_REFUSED */
  validate(files: readonly RuleFileText[]): Promise<RuleCheck>;
  /** @throws ControlPlaneError RULES_REFUSED with what is wrong, CONFIG_INVALID */
  reload(actor: Actor, partial: boolean): Promise<RulesChanged>;

  sets(limit: number, cursor: string | undefined): Promise<Page<RuleSetInfo>>;
  /** @throws ControlPlaneError NOT_FOUND */
  set(id: string): Promise<RuleSet>;
  /** @throws ControlPlaneError RULES_REFUSED with what is wrong, RULES_CONFLICT when there are too many */
  createSet(actor: Actor, request: Body<typeof RuleSetRequest>): Promise<RuleSetCreated>;
  /** @throws ControlPlaneError NOT_FOUND, RULES_CONFLICT for the active one */
  deleteSet(actor: Actor, id: string): Promise<void>;
  /** @throws ControlPlaneError NOT_FOUND, RULES_REFUSED with what is wrong */
  activateSet(actor: Actor, id: string): Promise<RulesChanged>;
  /** @throws ControlPlaneError RULES_CONFLICT when there is nothing to go back to */
  rollback(actor: Actor): Promise<RulesChanged>;

  overrides(): Promise<RuleOverrideInfo[]>;
  /** @param rule name or id. @throws ControlPlaneError NOT_FOUND */
  setOverride(actor: Actor, rule: string, request: Body<typeof RuleOverrideRequest>): Promise<RulesChanged>;
  /** @throws ControlPlaneError NOT_FOUND */
  deleteOverride(actor: Actor, rule: string): Promise<RulesChanged>;

  /**
   * @param scope the only namespaces whose alerts are looked at
   * @throws ControlPlaneError NOT_FOUND, RULES_REFUSED, RULES_BUSY
   */
  propose(actor: Actor, scope: Scope, request: Body<typeof ProposalRequest>): Promise<ExceptionProposal>;
  /** @throws ControlPlaneError NOT_FOUND, REQUEST_INVALID, RULES_CONFLICT */
  accept(actor: Actor, request: Body<typeof ExceptionRequest>): Promise<ExceptionInfo>;
  exceptions(
    limit: number,
    cursor: string | undefined,
    state: ExceptionInfo['state'] | undefined,
  ): Promise<Page<ExceptionInfo>>;
  /** @throws ControlPlaneError NOT_FOUND, RULES_CONFLICT when it has ended already */
  endException(actor: Actor, id: string): Promise<void>;
}
