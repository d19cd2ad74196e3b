/** A set of rule files that was uploaded. Never changed: its id is made of its contents. */
export interface RuleSetsTable {
  id: string;
  name: string;
  /** JSON list of {name, text}. */
  files: string;
  /** 1 when rules of it that can not be loaded are left out; 0 when all must load. */
  partial: number;
  rules: number;
  created_ms: number;
  created_by: string;
}

/** Which set became active when. The row with the highest revision holds. */
export interface RuleActivationsTable {
  revision: number;
  /** Null when no set is active. */
  set_id: string | null;
  /** The activation that a rollback goes back to; null when it began from no set. */
  parent: number | null;
  time_ms: number;
  actor: string;
}

/** What is changed about one rule, by its name. */
export interface RuleOverridesTable {
  rule: string;
  enabled: number | null;
  priority: string | null;
  reason: string | null;
  time_ms: number;
  actor: string;
}

export interface RuleExceptionsTable {
  id: string;
  rule: string;
  /** JSON {fields, comps, values}. */
  spec: string;
  alert: string | null;
  /** proposed, active, expired or ended. */
  state: string;
  owner: string | null;
  reason: string | null;
  expires_ms: number | null;
  proposed_ms: number;
  proposed_by: string;
  accepted_ms: number | null;
  accepted_by: string | null;
  ended_ms: number | null;
  ended_by: string | null;
  /** Matches that it kept from becoming alerts. */
  silenced: number;
}
