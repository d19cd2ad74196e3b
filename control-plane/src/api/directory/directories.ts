import type { ProbePlan } from '@picket/sdk';
import type { ContainerInfo, NodeInfo, RuleInfo, RuleProblem } from '@picket/sdk/client';

/** What runs now, as the pipeline knows it. Answers may come from memory or from elsewhere. */
export interface ContainerDirectory {
  list(): readonly ContainerInfo[] | Promise<readonly ContainerInfo[]>;
}

export interface NodeDirectory {
  list(): readonly NodeInfo[] | Promise<readonly NodeInfo[]>;
}

/** The probe plan in force. */
export interface PlanDirectory {
  get(): ProbePlan;
}

export interface RuleDirectory {
  list(): readonly RuleInfo[] | Promise<readonly RuleInfo[]>;
  /** What could not be loaded and why. */
  problems(): readonly RuleProblem[] | Promise<readonly RuleProblem[]>;
}
