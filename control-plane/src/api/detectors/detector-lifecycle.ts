import type {
  DetectorConfigRequest,
  DetectorFindingInfo,
  DetectorGrantsRequest,
  DetectorInfo,
  DetectorLogs,
  DetectorStatsList,
  DetectorUpload,
  DetectorUploaded,
  DetectorVersion,
  DetectorVersionInfo,
  Page,
  Permission,
  PromoteRequest,
} from '@picket/sdk/client';
import type { z } from 'zod';
import type { Scope } from '../stores.ts';

/** Who asks: id of the token, what it may do, and the only namespaces it sees. */
export interface DetectorActor {
  readonly id: string;
  readonly permissions: readonly Permission[];
  readonly scope: Scope;
}

type Body<T extends z.ZodType> = z.output<T>;

/**
 * Detectors and everything that changes them. What the actor may not see answers NOT_FOUND. Each call that changes
 * something is written with its audit entry before it answers.
 */
export interface DetectorLifecycle {
  /** By name. */
  list(actor: DetectorActor, limit: number, cursor: string | undefined): Promise<Page<DetectorInfo>>;
  get(actor: DetectorActor, name: string): Promise<DetectorInfo>;
  versions(
    actor: DetectorActor,
    name: string,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<DetectorVersionInfo>>;
  /** @param ref id, beginning of the id, or number of the manifest */
  version(actor: DetectorActor, name: string, ref: string): Promise<DetectorVersion>;

  /**
   * @throws ControlPlaneError DETECTOR_* with every place that is wrong, DETECTOR_CONFLICT for a name of somebody else or
   *   when there are too many, DETECTOR_BUSY when too many are being checked
   */
  upload(actor: DetectorActor, request: Body<typeof DetectorUpload>): Promise<DetectorUploaded>;
  /** @throws ControlPlaneError DETECTOR_CONFLICT while it alerts, for whoever may not end that */
  delete(actor: DetectorActor, name: string): Promise<void>;
  /** @throws ControlPlaneError DETECTOR_CONFLICT while it is in a stage */
  deleteVersion(actor: DetectorActor, name: string, ref: string): Promise<void>;

  /** @throws ControlPlaneError AUTH_FORBIDDEN, DETECTOR_UNPROVEN, DETECTOR_CAPABILITY */
  promote(actor: DetectorActor, name: string, request: Body<typeof PromoteRequest>): Promise<DetectorInfo>;
  /** @throws ControlPlaneError DETECTOR_CONFLICT when there is nothing to go back to */
  rollback(actor: DetectorActor, name: string): Promise<DetectorInfo>;
  pause(actor: DetectorActor, name: string): Promise<DetectorInfo>;
  /** Ends a pause, and a quarantine on every control plane. */
  resume(actor: DetectorActor, name: string): Promise<DetectorInfo>;
  /** @throws ControlPlaneError DETECTOR_CONFIG */
  configure(actor: DetectorActor, name: string, request: Body<typeof DetectorConfigRequest>): Promise<DetectorInfo>;
  grant(actor: DetectorActor, name: string, request: Body<typeof DetectorGrantsRequest>): Promise<void>;
  setOwner(actor: DetectorActor, name: string, owner: string): Promise<DetectorInfo>;

  stats(actor: DetectorActor, name: string): Promise<DetectorStatsList>;
  /** @param after `next` of the answer before */
  logs(actor: DetectorActor, name: string, after: string | undefined, limit: number): Promise<DetectorLogs>;
  /** @param ref left out: of all versions */
  findings(
    actor: DetectorActor,
    name: string,
    ref: string | undefined,
    limit: number,
    cursor: string | undefined,
  ): Promise<Page<DetectorFindingInfo>>;
}
