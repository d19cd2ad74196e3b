export interface ProcessTreeOptions {
  /** Processes kept at most, exited ones included. */
  readonly maxProcesses: number;
  /** How long an exited process is kept, ns of event time: its last bulk events come later. */
  readonly keepExited: number;
  /** Ancestors that a process keeps although they are gone. */
  readonly maxAncestors: number;
}
