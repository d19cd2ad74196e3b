import type { BatchHeader, EventCursor, Priority } from '@picket/sdk';

/** Values that more than one stage handles. Types only: no stage imports another. */

/** One batch of the stream, unpacked. */
export interface Batch {
  readonly header: BatchHeader;
  /** Unpacked records, 8-aligned. */
  readonly records: Uint8Array;
  readonly partition: number;
  readonly token: string;
  /** Stream sequence of the message. */
  readonly streamSequence: number;
}

/** A process as the tree knows it. Times are CLOCK_BOOTTIME ns as doubles. */
export interface Process {
  readonly pid: number;
  readonly start: number;
  ppid: number;
  /** Start of the parent; 0 when unknown. */
  parentStart: number;
  parent: Process | undefined;
  name: string;
  exepath: string;
  args: readonly string[];
  cwd: string;
  env: readonly string[];
  tty: number;
  uid: number;
  gid: number;
  loginuid: number;
  vpid: number;
  vpgid: number;
  vsid: number;
  pgid: number;
  sid: number;
  exeFlags: number;
  exeInode: number;
  exeCtime: number;
  exeMtime: number;
  capEffective: bigint;
  capPermitted: bigint;
  capInheritable: bigint;
  slot: number;
  generation: number;
  /** The first process of its line in the container: id on the host, 0 when it is not known. */
  entryPid: number;
  entryStart: number;
  /** Id of that process in its own name space. */
  entryVpid: number;
  /** Time of the exit; 0 while it lives. */
  exited: number;
}

/**
 * How a process got into its container: `entrypoint` when it descends from the process the container was started with,
 * `exec` when its line was brought in from outside later (docker exec, kubectl exec), `unknown` when that was not seen.
 */
export type ProcessEntry = 'entrypoint' | 'exec' | 'unknown';

/** Users and groups, as the passwd and group files of a container name them. Ids are those of the host. */
export interface Accounts {
  /** `uid:name:gid:home:shell` */
  readonly users: readonly string[];
  /** `gid:name` */
  readonly groups: readonly string[];
}

export interface Container extends Accounts {
  readonly slot: number;
  readonly generation: number;
  readonly cgroup: string;
  id: string;
  name: string;
  runtime: string;
  image: string;
  imageDigest: string;
  ip: string;
  podName: string;
  podNamespace: string;
  podUid: string;
  workload: string;
  serviceAccount: string;
  labels: readonly string[];
  mounts: readonly string[];
  cni: string;
  healthcheck: string;
  /** Command lines of the probes of Kubernetes; empty when there are none or they run no command. */
  livenessProbe: string;
  readinessProbe: string;
  users: readonly string[];
  groups: readonly string[];
  cgroupPath: string;
  /** ns since 1970 as a double; 0 when unknown. */
  started: number;
  initPid: number;
  /** Start of the entrypoint process, CLOCK_BOOTTIME in ns, whole clock ticks; 0 when unknown. */
  initStart: number;
  flags: number;
  stopped: number;
}

/** Values of fields by name, as an alert shows them; null where there is none. */
export type FieldValues = Readonly<Record<string, string | number | boolean | null>>;

/** A piece of an output: text as it is, or the field whose value stands there. */
export type OutputPart = string | { readonly field: string };

/**
 * Tells an output again with what is known of the container by now; what it says of the event stays.
 * @param time of the event, ns since 1970
 */
export type RetellOutput = (
  template: readonly OutputPart[],
  fields: FieldValues,
  container: Container,
  time: bigint,
) => { readonly output: string; readonly fields: FieldValues };

/** What a detector found in one event. The cursor still stands on that event while it is handed on. */
export interface Finding {
  readonly detector: {
    readonly kind: 'rule' | 'wasm' | 'model' | 'system';
    readonly id: string;
    readonly version: string;
  };
  readonly rule: string;
  readonly priority: Priority;
  readonly output: string;
  readonly tags: readonly string[];
  readonly mitre: readonly string[];
  readonly fields: FieldValues;
  /** What `output` was made of, when it speaks of the container: it can be told again once that is known better. */
  readonly template?: readonly OutputPart[] | undefined;
  /** Findings with the same key within the cooldown become one alert with a count; empty = one alert per event. */
  readonly groupKey: string;
  /** What tells it apart from other findings of its detector in the same event; the group key when left out. */
  readonly identity?: string | undefined;
  /** No single event is its cause: the cursor stands on a record that was made for its time and its container. */
  readonly isCauseless?: true | undefined;
  /** How long that is after the first of them, ms of event time; a minute when left out. */
  readonly cooldownMs?: number | undefined;
  /** How many events it stands for; one when left out. */
  readonly count?: number | undefined;
  /** When the first of them was, ns since 1970; the event itself when left out. */
  readonly since?: bigint | undefined;
  /** Events before this one that it was found by, in their order. */
  readonly earlier?: readonly EventPosition[] | undefined;
  /** How strange it is: -log10 of the chance that ordinary work looks so. Learned detection alone has one. */
  readonly score?: number | undefined;
  /** What the score came from, the most telling first. */
  readonly explanation?: readonly ExplanationPart[] | undefined;
  /** It joins an incident that is open, and begins none of its own. */
  readonly beginsNoIncident?: true | undefined;
}

/** One thing that made something strange. */
export interface ExplanationPart {
  readonly feature: string;
  /** Its share of the whole; the larger the more telling. */
  readonly contribution: number;
  /** In plain words, with what was seen and what is usual. */
  readonly text: string;
}

/** An event of a node by its number within a run of the agent. */
export interface EventPosition {
  readonly agentEpoch: bigint;
  readonly sequence: bigint;
}

/** Takes a finding in the event on which the cursor stands. */
export type Emit = (finding: Finding, cursor: EventCursor, batch: Batch) => void;

/** Room for what somebody worked out about the process at hand and its container, and who did. */
export interface ActorMemo {
  /** A number that nobody else has; 0 while there is nothing in it. */
  owner: number;
  value: number;
}

/** What learned behaviour says of a container. */
export interface ContainerBehaviour {
  /** -log10 p of its newest window that was scored; NaN when none was. */
  readonly score: number;
  /** How far learning its workload is. */
  readonly stage: string;
  /** Whether a program belongs to the workload; undefined while that can not be told. */
  knowsProgram(path: string): boolean | undefined;
}

/** What the stages know about the node of an event. */
export interface NodeView {
  readonly node: string;
  /** The process of the current event, made from the header when the tree does not know it. */
  processOf(cursor: EventCursor): Process | undefined;
  /** The container of the current event. */
  containerOf(cursor: EventCursor): Container | undefined;
  /** How a process got into its container; undefined for one that is in none. */
  entryOf(process: Process, container: Container | undefined): ProcessEntry | undefined;
  /** Users and groups of the node itself, for processes outside of containers. */
  readonly host?: Accounts;
  /** The process that had a pid at the time of the current event. */
  processAt?(pid: number, cursor: EventCursor): Process | undefined;
  /** Whether nothing but the event itself says what its process was, where the event is long past. */
  hasForgotten?(cursor: EventCursor): boolean;
  /**
   * The same for two events only while process, ancestors, user and container are the same and have not changed: it is emptied
   * when they do. Undefined where that can not be told, as for events of a program that a process ran before.
   */
  memoOf?(cursor: EventCursor): ActorMemo | undefined;
  /** Names that DNS answers to the container of the current event have given an address, the last one first. */
  namesOf?(address: string, cursor: EventCursor): readonly string[];
  /** What learned behaviour says of the container of the current event; undefined where nothing scores it. */
  behaviourOf?(cursor: EventCursor): ContainerBehaviour | undefined;
}
