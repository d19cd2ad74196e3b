import { type LossCount, namedLoss, SCHEMA_MAJOR, SCHEMA_MINOR } from '@picket/sdk';
import type { NamedHealth } from '../containers/metadata.ts';
import type { Identity } from '../identity.ts';
import type { ProbeState } from '../source/types.ts';
import type { QueueState } from './batch-queue.ts';

/** What a heartbeat says, as JSON. */
export interface AgentStatus {
  readonly state: 'starting' | 'running' | 'stopping';
  readonly node: string;
  readonly token: string;
  readonly bootId: string;
  /** Start of this run in ms since 1970, in digits. */
  readonly agentEpoch: string;
  readonly version: string;
  readonly schema: string;
  readonly probes: readonly ProbeState[];
  /** Revision of the probe plan that is in force. */
  readonly plan: string;
  /** Events lost since the agent began. */
  readonly losses: readonly { readonly kind: string; readonly reason: string; readonly count: number }[];
  readonly containers: number;
  /** Where metadata of containers comes from. */
  readonly sources: readonly NamedHealth[];
  /** Batches kept and bytes they take. */
  readonly queue: QueueState & { readonly inFlight: number };
  /** Resident memory in bytes. */
  readonly rss: number;
  /** CPU seconds used since the agent began. */
  readonly cpu: number;
}

/** The fields that do not change or come from the process itself. */
export function statusOf(
  identity: Identity,
  now: Pick<AgentStatus, 'state' | 'plan' | 'probes' | 'containers' | 'sources' | 'queue'> & {
    readonly losses: readonly LossCount[];
  },
): AgentStatus {
  const { user, system } = process.cpuUsage();
  return {
    ...now,
    node: identity.node,
    token: identity.token,
    bootId: identity.bootIdText,
    agentEpoch: String(identity.agentEpoch),
    version: identity.version,
    schema: `${SCHEMA_MAJOR}.${SCHEMA_MINOR}`,
    losses: now.losses.map(namedLoss),
    rss: process.memoryUsage.rss(),
    cpu: (user + system) / 1e6,
  };
}
