import type { Log } from '@picket/sdk';
import type { Capability } from '../guard/detector-world.ts';
import type { GuestBatch } from '../instance/guest-batch.ts';
import type { TextEncoding } from '../instance/guest-memory.ts';
import type { GuestFinding } from '../instance/host-functions.ts';
import type { CallCounts, InstanceLimits } from '../instance/instance-limits.ts';
import type { HostFailed } from './host-failed.ts';

/** A detector to be run in a host process. */
export interface HostedDetector {
  /** Chosen by the caller, unique in the host among those that are open. At most 256 characters. */
  readonly key: string;
  /** Guarded core module. */
  readonly module: Uint8Array;
  /** sha256 of the module in hex: each module is sent and compiled once per worker. */
  readonly hash: string;
  readonly encoding: TextEncoding;
  /** JSON for init. */
  readonly config: string;
  readonly capabilities: readonly Capability[];
  readonly limits: Partial<InstanceLimits>;
  /** Of one call, ms. */
  readonly deadlineMs: number;
  /** Room of its state store: keys and values in bytes. */
  readonly stateBytes: number;
}

export interface GuestLog {
  /** 0 debug, 1 info, 2 warning, 3 error. */
  readonly level: number;
  readonly message: string;
}

export interface GuestProposal {
  readonly action: string;
  readonly target: string;
  readonly reason: string;
}

/** What one call came to. The numbers of findings, logs and proposals are the lengths of the lists. */
export interface HostReply extends Omit<CallCounts, 'findings' | 'logs' | 'proposals'> {
  readonly findings: readonly GuestFinding[];
  readonly logs: readonly GuestLog[];
  readonly proposals: readonly GuestProposal[];
  /** What the detector said went wrong; it goes on. From `init` it refuses the configuration. */
  readonly error: string | undefined;
  readonly fuel: bigint;
  /** Time in the guest, ns. */
  readonly ns: number;
  /** Of its linear memory, after the call. */
  readonly memoryBytes: number;
}

/** Why a host process is gone. */
export interface HostEnded {
  /**
   * stopped: by `stop`; exited: by itself or by a signal from outside; protocol: it said what can not be, so it was ended;
   * unresponsive: its main thread did not answer, so it was ended; start: it never ran.
   */
  readonly reason: 'stopped' | 'exited' | 'protocol' | 'unresponsive' | 'start';
  readonly message: string;
}

/** What keeps a host in. Names as in docs/detector-hosts.md. */
export interface HostStatus {
  readonly pid: number;
  /** Real uid it runs under. */
  readonly uid: number;
  readonly confinement: readonly string[];
  /** What could not be had here, each with the reason. */
  readonly missing: readonly { readonly name: string; readonly reason: string }[];
  readonly detectors: number;
  readonly memoryBytes: number;
}

/**
 * One process that runs detectors, all of one owner. Calls of one key are answered in order; several may be under way.
 *
 * Every call may reject:
 * - DetectorFault: this instance is gone; its state store comes along as `fault.state` where it could be had.
 *   DETECTOR_DEAD says that the key is not open. A fault also ends the calls of that key that wait behind it.
 * - HostFailed DETECTOR_NEIGHBOUR: another instance of its worker had to be ended with the worker; `open` it again.
 * - HostFailed DETECTOR_HOST_ENDED: the process is gone, all instances with it.
 */
export interface DetectorHost {
  readonly alive: boolean;
  readonly status: HostStatus;
  /** Starts an instance by init; or restores it from `snapshot`, without init; or by init with the `state` a fault gave back. */
  open(detector: HostedDetector, snapshot?: Uint8Array, state?: Uint8Array): Promise<HostReply>;
  /**
   * The bytes of a batch may not change afterwards: those of its records are sent once for all detectors of a worker.
   * @param context tables for the capability `context`, of `encodeContext`; kept by the instance and part of its snapshot
   */
  batch(key: string, batch: GuestBatch, context?: Uint8Array): Promise<HostReply>;
  /** @param now CLOCK_BOOTTIME in ns, which `now()` answers too */
  tick(key: string, now: bigint): Promise<HostReply>;
  /** Memory, globals, state store and context tables after the calls given before; compressed. */
  snapshot(key: string): Promise<Uint8Array>;
  /** Never rejects for a key that is gone. */
  close(key: string): Promise<void>;
  stop(): Promise<void>;
  /** Settles once, never rejects. */
  readonly ended: Promise<HostEnded>;
}

export interface HostOptions {
  /** Who its detectors belong to: for the log. */
  readonly owner: string;
  readonly log: Pick<Log, 'info' | 'warn'>;
  /** Sum of the linear memories and state stores of its instances, bytes. Default 1 GiB. */
  readonly memoryBytes?: number;
  /** Threads; instances are spread over them. Default 1, at most 16. */
  readonly workers?: number;
  /** `required` refuses to start when a confinement is missing; `warn` (default) says so in the log and the status. */
  readonly confinement?: 'required' | 'warn';
  /** False leaves the deadline of a call to the watcher of the process, which ends the whole worker: for tests of it. */
  readonly callTimeout?: boolean;
  /** The launcher picket-sandbox; the one that the build has made by default. */
  readonly launcher?: string;
  /** Called for each instance that is gone with its worker or process without a fault of its own. */
  readonly onLost?: (key: string, failure: HostFailed) => void;
}
