import type { Priority } from '@picket/sdk';
import type { Capability } from '../host/guard/detector-world.ts';
import type { TextEncoding } from '../host/instance/guest-memory.ts';

/** `shadow`: findings are recorded, never alerts. `canary`: alerts where its selector matches. `active`: alerts. */
export type Stage = 'shadow' | 'canary' | 'active';

/** Where a canary alerts. Everything that is given must match; one that says nothing matches everywhere. */
export interface CanarySelector {
  readonly nodes?: readonly string[];
  readonly namespaces?: readonly string[];
  /** Labels of the container or its pod, all of them. */
  readonly labels?: Readonly<Record<string, string>>;
  /** 0 to 100: a hash of the container id, or of the node where there is no container, lies below it. */
  readonly percent?: number;
}

export interface DetectorLimits {
  /** Pages of 64 KiB. */
  readonly memoryPages: number;
  /** Of one call. */
  readonly fuel: bigint;
  /** Of one call. */
  readonly deadlineMs: number;
  /** Room of its state store. */
  readonly stateBytes: number;
  /** Findings beyond are dropped and counted. */
  readonly findingsPerMinute: number;
}

/** A version of a detector that is to run, with all that running it takes. */
export interface LiveDetector {
  /** sha256 over manifest and artifact, hex. */
  readonly versionId: string;
  /** Id in the manifest. */
  readonly name: string;
  /** Version in the manifest. */
  readonly version: string;
  /** Who it belongs to. Detectors of one owner share a host process and a quota. */
  readonly owner: string;
  /** Kubernetes namespaces its owner may see; null: everything, events outside of containers too. */
  readonly scope: readonly string[] | null;
  readonly stage: Stage;
  readonly canary?: CanarySelector;
  /** Gets nothing; what it knew is kept. */
  readonly paused: boolean;
  /** Kinds of events that it wants. */
  readonly kinds: readonly number[];
  /** Beginnings of the paths whose opens it wants; left out: all, where it wants file.open. */
  readonly opens?: readonly string[] | undefined;
  /** False when equal opens and connects within a moment may come as one record with a count; true when left out. */
  readonly repeats?: boolean | undefined;
  /** Event time between two ticks of a node; 0 for none. */
  readonly tickSeconds: number;
  /** The most that it may say. */
  readonly severity: Priority;
  readonly tags: readonly string[];
  readonly mitre: readonly string[];
  /** Guarded core module. */
  readonly module: Uint8Array;
  /** sha256 of `module`, hex. */
  readonly hash: string;
  readonly encoding: TextEncoding;
  /** JSON for `init`. */
  readonly config: string;
  readonly capabilities: readonly Capability[];
  readonly limits: DetectorLimits;
  /** What becomes of the state store of the version before, when this one takes the name over. */
  readonly migrate: 'keep' | 'reset';
}

/** All detectors that are to run here, as of one revision of what is stored. */
export interface DetectorProgram {
  readonly revision: number;
  readonly detectors: readonly LiveDetector[];
}
