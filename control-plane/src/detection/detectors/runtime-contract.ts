import type { Log } from '@picket/sdk';
import type { Batch } from '../../types.ts';
import type { DetectorHost, HostOptions } from '../host/pool/host-contract.ts';
import type { NodeState } from '../state/node-state.ts';
import type { DetectorFinding, DetectorProposal } from './detector-finding.ts';
import type { DetectorProgram, LiveDetector } from './live-detector.ts';

/** Why records that a detector should have seen were not given to it. */
export type SkipReason = 'queue' | 'fuel' | 'quarantine' | 'fault' | 'quota' | 'restart';

/** What is seen of one version, over all partitions of this control plane since its start. */
export interface DetectorStats {
  readonly versionId: string;
  readonly name: string;
  readonly version: string;
  readonly owner: string;
  readonly state: 'idle' | 'running' | 'paused' | 'quarantined' | 'refused';
  /** Why it is refused or quarantined; what the last fault was. */
  readonly reason: string | undefined;
  /** Records given to it. */
  readonly events: number;
  readonly calls: number;
  readonly findings: number;
  /** Findings, log lines and proposals beyond a limit. */
  readonly dropped: { readonly findings: number; readonly logs: number; readonly proposals: number };
  /** Calls that ended with an error of the detector. */
  readonly errors: number;
  readonly fuel: bigint;
  /** ns in the guest, of a call. */
  readonly p50: number;
  readonly p99: number;
  /** Its memory now, bytes, all instances together. */
  readonly memoryBytes: number;
  readonly instances: number;
  /** Faults, by code. */
  readonly traps: Readonly<Record<string, number>>;
  /** Instances that were put back from a snapshot because their process was gone. */
  readonly restarts: number;
  /** Records that it should have seen and did not, by reason. */
  readonly skipped: Readonly<Record<SkipReason, number>>;
  /** Records that wait for it. */
  readonly queue: number;
  /** ms since 1970; undefined while it runs. */
  readonly quarantinedUntil: number | undefined;
  /** Its share of the time of all detectors in the last minutes, 0 to 1. */
  readonly costShare: number;
}

export interface DetectorLogLine {
  /** Grows by one with every line of the version. */
  readonly number: number;
  /** ms since 1970, when it came. */
  readonly time: number;
  readonly level: 'debug' | 'info' | 'warn' | 'error';
  readonly message: string;
  readonly partition: number;
}

/** A detector that was taken out of service for a while because of its faults. */
export interface DetectorQuarantine {
  readonly detector: LiveDetector;
  readonly partition: number;
  /** Code and sentence of the last fault. */
  readonly fault: string;
  readonly message: string;
  /** Faults within the last minute. */
  readonly faults: number;
  /** ms since 1970. */
  readonly since: number;
  readonly until: number;
}

/** What detectors of one owner may use together. */
export interface OwnerQuota {
  readonly detectors: number;
  /** Of the instances that are open, over all partitions. */
  readonly memoryBytes: number;
  /** Fuel that comes back in a second of wall time; ten seconds of it may be saved up. */
  readonly fuelPerSecond: number;
  readonly findingsPerMinute: number;
}

/** A host process to be started. */
export type StartHost = (
  options: Pick<HostOptions, 'owner' | 'log' | 'memoryBytes' | 'onLost'>,
) => Promise<DetectorHost>;

export interface DetectorRuntimeOptions {
  /** startDetectorHost of host/pool, with the settings that are the same for all. */
  readonly startHost: StartHost;
  readonly log: Log;
  readonly quota?: Partial<OwnerQuota>;
  /** Called once each time a detector is quarantined. */
  readonly onQuarantine?: (facts: DetectorQuarantine) => void;
  /** Called when findings or proposals of a partition are there to be taken. */
  readonly onFindings?: (partition: number) => void;
}

/** The detectors of one partition. Calls come in the order of the stream. */
export interface PartitionDetectorsContract {
  /**
   * Copies what detectors want of a batch and returns at once; the bytes of the batch may be used again.
   * @param state of the node, with the whole batch applied
   */
  feed(batch: Batch, state: NodeState): void;
  /** Findings that have come back since the last call, in the order of their coming. */
  take(): DetectorFinding[];
  takeProposals(): DetectorProposal[];
  /** Waits until the queues have room again, at most `ms`. For who can wait, as a replay: nothing is skipped then. */
  room(ms: number): Promise<void>;
  /**
   * Waits until everything that was fed is answered, and holds the state of the instances for `snapshot`. A detector that
   * is not done after `ms` is left as it was and not waited for again until it has caught up: it goes on, but a checkpoint made
   * now knows it as it was before, and what it did since is counted as skipped when that checkpoint is restored.
   */
  settle(ms: number): Promise<void>;
  /** State of all detectors as of the last `settle`. Take what `take` gives first: it is not part of it. */
  snapshot(): Uint8Array;
  /** Goes on from a snapshot. @throws ControlPlaneError CHECKPOINT_CORRUPT; without it everything begins afresh */
  restore(bytes: Uint8Array): void;
  /** The partition is no longer ours. */
  release(): void;
}

export interface DetectorRuntimeContract {
  /** Puts a program in the place of the one before. Takes effect between two batches. */
  program(next: DetectorProgram): void;
  /** The detectors of a partition, made at the first call. */
  partition(number: number): PartitionDetectorsContract;
  /** Stats of each version of the program. */
  stats(): DetectorStats[];
  /** The newest 1000 lines of a version, or those of them after a number. */
  logs(versionId: string, after?: number): DetectorLogLine[];
  /** Ends the quarantine of a version now. False when it has none. */
  resume(versionId: string): boolean;
  /** Ends the host processes. */
  stop(): Promise<void>;
}
