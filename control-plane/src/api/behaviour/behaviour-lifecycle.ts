import type {
  BehaviourStage,
  ModelComparison,
  ModelInfo,
  ModelPromoteRequest,
  ModelReasonRequest,
  ModelScores,
  ModelStageRequest,
  ModelVersionInfo,
  Page,
  Permission,
  ProfileDecisionRequest,
  ProfileDocument,
  ProfileImport,
  ProfileInfo,
} from '@picket/sdk/client';
import type { z } from 'zod';
import type { Scope } from '../stores.ts';

/** Who asks about behaviour or changes it. */
export interface BehaviourActor {
  /** Id of the token. */
  readonly id: string;
  readonly permissions: readonly Permission[];
  readonly scope: Scope;
}

export interface WorkloadFilter {
  readonly limit: number;
  readonly cursor?: string | undefined;
  readonly stage?: BehaviourStage | undefined;
  readonly q?: string | undefined;
}

/**
 * What the API needs of the life of models and profiles. A workload that the actor may not see is not found. Everything that
 * changes is written to the audit log and scored by everywhere before the promise is kept, or soon after on other control planes.
 */
export interface BehaviourLifecycle {
  models(actor: BehaviourActor, filter: WorkloadFilter): Promise<Page<ModelInfo>>;
  model(actor: BehaviourActor, id: string): Promise<ModelInfo>;
  versions(
    actor: BehaviourActor,
    id: string,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<ModelVersionInfo>>;
  compare(actor: BehaviourActor, id: string, a: string, b: string): Promise<ModelComparison>;
  scores(actor: BehaviourActor, id: string): Promise<ModelScores>;
  promote(actor: BehaviourActor, id: string, request: z.output<typeof ModelPromoteRequest>): Promise<ModelInfo>;
  rollback(actor: BehaviourActor, id: string, request: z.output<typeof ModelReasonRequest>): Promise<ModelInfo>;
  reset(actor: BehaviourActor, id: string, request: z.output<typeof ModelReasonRequest>): Promise<ModelInfo>;
  stage(actor: BehaviourActor, id: string, request: z.output<typeof ModelStageRequest>): Promise<ModelInfo>;

  profiles(actor: BehaviourActor, filter: WorkloadFilter): Promise<Page<ProfileInfo>>;
  profile(actor: BehaviourActor, id: string): Promise<ProfileDocument>;
  /** As YAML. */
  exportProfile(actor: BehaviourActor, id: string): Promise<string>;
  importProfile(actor: BehaviourActor, id: string, request: z.output<typeof ProfileImport>): Promise<ProfileInfo>;
  /** A proposal where the actor may not decide. */
  decide(
    actor: BehaviourActor,
    id: string,
    what: 'allow' | 'remove',
    request: z.output<typeof ProfileDecisionRequest>,
  ): Promise<ProfileInfo>;
  forget(actor: BehaviourActor, id: string, request: z.output<typeof ProfileDecisionRequest>): Promise<ProfileInfo>;
}
