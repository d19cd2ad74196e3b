/** A process as the script has told of it. Times are CLOCK_BOOTTIME ns. */
export interface ScriptProcess {
  readonly pid: number;
  readonly start: number;
  readonly ppid: number;
  readonly parentStart: number;
  readonly container: ScriptContainer | undefined;
  uid: number;
  vpid: number;
  readonly sid: number;
  readonly pgid: number;
  comm: string;
}

/** A container as the script names it. */
export interface ScriptContainer {
  readonly name: string;
  readonly slot: number;
  readonly cgroup: number;
  /** Values of container.started that were given, by field. */
  readonly given: Readonly<Record<string, unknown>>;
  /** Whether its record was written. */
  told: boolean;
  /** Id that its next process gets in its own name space. */
  nextPid: number;
  init: { readonly pid: number; readonly start: number } | undefined;
}

/** When the scripts begin: boot was a while ago, so that there is room for processes from before. */
export const BEGIN = 1_000_000_000_000;
const BEFORE = BEGIN - 10_000_000_000;
const MILLISECOND = 1_000_000;

/** What of an event says which process it is about; undefined values were left out. */
export interface ProcessGiven {
  readonly pid: number;
  readonly ppid: number | undefined;
  readonly uid: number | undefined;
  readonly vpid: number | undefined;
  readonly sid: number | undefined;
  readonly container: ScriptContainer | undefined;
}

/** The processes of a played node: what an event leaves out is as it was, or as the parent has it. */
export class ScriptNode {
  readonly #processes = new Map<number, ScriptProcess>();

  /** The process of an event that is no fork; one that was not told of ran before the script began. */
  at(given: ProcessGiven, time: number, begins: boolean): ScriptProcess {
    const known = this.#processes.get(given.pid);
    if (!known || (given.container && given.container !== known.container))
      return this.#add(given, begins ? time - MILLISECOND : BEFORE);
    if (given.uid !== undefined) known.uid = given.uid;
    if (given.vpid !== undefined) known.vpid = given.vpid;
    return known;
  }

  /** A process that is made now. */
  fork(given: ProcessGiven, time: number): ScriptProcess {
    return this.#add(given, time);
  }

  exit(pid: number): void {
    this.#processes.delete(pid);
  }

  find(pid: number): ScriptProcess | undefined {
    return this.#processes.get(pid);
  }

  /** Id of the leader of a session in the name space of its container; 0 when it is not in there. */
  sessionWithin({ sid, container, pid, vpid }: ScriptProcess): number {
    if (sid === pid) return vpid;
    const leader = this.#processes.get(sid);
    return leader && leader.container === container ? leader.vpid : 0;
  }

  #add(given: ProcessGiven, start: number): ScriptProcess {
    const ppid = given.ppid ?? 1;
    const parent = this.#processes.get(ppid);
    const container = given.container ?? parent?.container;
    // a runtime begins a session for what it starts in a container
    const inherits = parent !== undefined && parent.container === container;
    if (container && !container.init) container.init = { pid: given.pid, start };
    const process: ScriptProcess = {
      pid: given.pid,
      start,
      ppid,
      parentStart: parent?.start ?? ppid,
      container,
      uid: given.uid ?? parent?.uid ?? 0,
      vpid: given.vpid ?? (container ? nextPid(container, given.pid) : given.pid),
      sid: given.sid ?? (inherits ? parent.sid : given.pid),
      pgid: inherits ? parent.pgid : given.pid,
      comm: parent?.comm ?? '',
    };
    this.#processes.set(process.pid, process);
    return process;
  }
}

/** The entrypoint is 1, what comes after it counts on. */
function nextPid(container: ScriptContainer, pid: number): number {
  if (pid === container.init?.pid) return 1;
  container.nextPid++;
  return container.nextPid;
}
