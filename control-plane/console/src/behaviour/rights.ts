import type { WhoAmI } from '@picket/sdk/client';

/** What somebody may do with workloads. The server decides; this keeps buttons away that it would refuse. */
export interface BehaviourRights {
  /** Stages, versions, learning. */
  readonly change: boolean;
  /** Take back what was said about a profile, and accept what others proposed. */
  readonly decide: boolean;
  /** Say something about a profile, as a proposal at least. */
  readonly propose: boolean;
}

/** By the permissions of the token: see docs/behaviour-life.md. */
export const behaviourRights = (user: WhoAmI | null | undefined): BehaviourRights => ({
  change: user?.permissions.includes('models.write') ?? false,
  decide: user?.permissions.includes('exceptions.accept') ?? false,
  propose: user?.permissions.includes('exceptions.propose') ?? false,
});
