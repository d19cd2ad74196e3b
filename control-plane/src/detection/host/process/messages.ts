import type { Capability } from '../guard/detector-world.ts';
import type { TextEncoding } from '../instance/guest-memory.ts';
import type { GuestFinding } from '../instance/host-functions.ts';
import type { CallCounts, InstanceLimits } from '../instance/instance-limits.ts';

/** JSON of a frame `open`; its parts are the module (empty when the worker has it), snapshot and state store. */
export interface OpenMessage {
  readonly hash: string;
  readonly encoding: TextEncoding;
  readonly config: string;
  readonly capabilities: readonly Capability[];
  readonly limits: Partial<Omit<InstanceLimits, 'fuel'>>;
  /** A decimal number; JSON has none of this size. */
  readonly fuel: string | undefined;
  readonly deadlineMs: number;
  readonly stateBytes: number;
}

/** JSON of a frame `tick`. */
export interface TickMessage {
  readonly now: string;
}

/** JSON of a frame `reply`. */
export interface ReplyMessage extends Omit<CallCounts, 'findings' | 'logs' | 'proposals'> {
  readonly findings: readonly GuestFinding[];
  readonly logs: readonly { readonly level: number; readonly message: string }[];
  readonly proposals: readonly { readonly action: string; readonly target: string; readonly reason: string }[];
  readonly error: string | undefined;
  readonly fuel: string;
  readonly ns: number;
  readonly memoryBytes: number;
}

/** JSON of a frame `fault` or `lost`; the part of a fault is the state store. */
export interface FaultMessage {
  readonly code: string;
  readonly message: string;
}

/** What a worker, and the process, are told at the start. */
export interface HostSettings {
  readonly channels: readonly number[];
  readonly memoryBytes: number;
  /** False leaves the deadline of a call to the watcher alone, which ends the whole worker. */
  readonly callTimeout: boolean;
}

/** Modules that a worker keeps compiled, and batches whose records it keeps: both sides forget the oldest alike. */
export const KEPT_MODULES = 64;
export const KEPT_RECORDS = 8;
/** What may come in one frame, bytes. */
export const MAX_REQUEST_BYTES = 256 << 20;
export const MAX_REPLY_BYTES = 200 << 20;
export const MAX_REPLY_JSON = 16 << 20;
/** Characters of all that a detector says in one call. Findings, lines and proposals beyond are dropped and counted. */
export const MAX_SAID = 2 << 20;
