import { type BatchHeader, EventCursor, Header, HeaderFlag, Kind } from '@picket/sdk';
import type { Accounts, Container, ContainerBehaviour, NodeView, Process, ProcessEntry } from '../../types.ts';
import { decodeState, encodeState } from './checkpoint.ts';
import { ContainerTable } from './container-table.ts';
import { LineMemo } from './line-memo.ts';
import { NameTable } from './name-table.ts';
import { entryOf } from './process-entry.ts';
import { ProcessNode } from './process-node.ts';
import { commOf } from './process-records.ts';
import { ProcessTree } from './process-tree.ts';
import type { ProcessTreeOptions } from './process-tree-options.ts';

export type NodeStateOptions = Partial<ProcessTreeOptions>;

const GENERATIONS = 65_536;
/** How far up ancestors are put back into the past. */
const MAX_DEPTH = 64;

const DEFAULTS: ProcessTreeOptions = { maxProcesses: 65_536, keepExited: 30_000_000_000, maxAncestors: 16 };

/**
 * What the control plane knows about one node: its processes and containers, built from the records alone. Call `begin`
 * with the header of every batch and `apply` with every record before anything looks at that record.
 */
export class NodeState implements NodeView {
  readonly node: string;
  readonly processes: ProcessTree;
  readonly containers = new ContainerTable();
  readonly names = new NameTable();
  /** Walks ahead in the batch of the current event. */
  readonly #ahead = new EventCursor();
  #looked: Uint8Array | undefined;
  /** Stands for the process of events that have none. */
  readonly #nobody = new ProcessNode(0, 0);
  #bootId = '';
  #epoch = 0n;
  /** What learned behaviour says of a container of this node; left out where nothing is learned. */
  behaviour: ((container: Container) => ContainerBehaviour | undefined) | undefined;

  constructor(node: string, options: NodeStateOptions = {}) {
    this.node = node;
    this.processes = new ProcessTree({ ...DEFAULTS, ...options });
  }

  /** A reboot makes everything untrue; a restarted agent counts slots anew and tells its containers again. */
  begin(header: Pick<BatchHeader, 'bootId' | 'agentEpoch'>): void {
    this.containers.forgetTold();
    this.#looked = undefined;
    const bootId = Buffer.from(header.bootId).toString('hex');
    if (bootId === this.#bootId && header.agentEpoch === this.#epoch) return;
    if (bootId !== this.#bootId) this.processes.clear();
    this.containers.clear();
    this.names.clear();
    this.#bootId = bootId;
    this.#epoch = header.agentEpoch;
  }

  /** How far what is known now is about the run that a batch came from: slots mean nothing in another run of the agent. */
  sameAs({ bootId, agentEpoch }: Pick<BatchHeader, 'bootId' | 'agentEpoch'>): 'run' | 'boot' | 'neither' {
    if (Buffer.from(bootId).toString('hex') !== this.#bootId) return 'neither';
    return agentEpoch === this.#epoch ? 'run' : 'boot';
  }

  apply(cursor: EventCursor): void {
    switch (cursor.kind) {
      case Kind.ProcessExec:
        this.processes.exec(cursor);
        break;
      case Kind.ProcessFork:
        this.processes.fork(cursor);
        break;
      case Kind.ProcessExit:
        this.processes.exit(cursor);
        break;
      case Kind.ProcessMoved:
        this.processes.moved(cursor);
        break;
      case Kind.ContainerStarted:
      case Kind.ContainerUpdated:
        this.containers.upsert(cursor);
        break;
      case Kind.ContainerStopped:
        this.containers.stop(cursor);
        break;
      case Kind.NetDns:
        this.#learn(cursor);
        return;
      default:
        return;
    }
    this.processes.advance(cursor.time);
  }

  processOf(cursor: EventCursor): Process | undefined {
    const pid = cursor.tgid;
    if (pid === 0) return undefined;
    const node = this.processes.find(pid, cursor.start);
    return node ? asOf(node, cursor.time, 0) : this.#unknown(cursor);
  }

  memoOf(cursor: EventCursor): LineMemo | undefined {
    const { tgid, slot } = cursor;
    const isHost = (cursor.flags & HeaderFlag.host) !== 0;
    if (slot === 0 && !isHost) return undefined;
    const node = tgid === 0 ? this.#nobody : this.processes.find(tgid, cursor.start);
    if (!node) return undefined;
    node.memo ??= new LineMemo();
    const place = (slot * GENERATIONS + cursor.generation) * 2 + (isHost ? 1 : 0);
    node.memo.check(node, this.processes.lines, this.containers.changes, place, cursor.u32(Header.uid));
    return node.memo.since <= cursor.time ? node.memo : undefined;
  }

  containerOf(cursor: EventCursor): Container | undefined {
    if (cursor.slot !== 0) return this.containers.find(cursor.slot, cursor.generation);
    if ((cursor.flags & HeaderFlag.host) !== 0) return undefined;
    return this.containers.findCgroup(cursor.u64(Header.cgroup));
  }

  entryOf(process: Process, container: Container | undefined): ProcessEntry | undefined {
    return entryOf(process, container);
  }

  get host(): Accounts {
    return this.containers.host;
  }

  processAt(pid: number, cursor: EventCursor): Process | undefined {
    const node = this.processes.findAt(pid, cursor.time);
    return node && asOf(node, cursor.time, 0);
  }

  behaviourOf(cursor: EventCursor): ContainerBehaviour | undefined {
    const container = this.behaviour && this.containerOf(cursor);
    return container && this.behaviour?.(container);
  }

  namesOf(address: string, cursor: EventCursor): readonly string[] {
    const container = this.#numberOf(cursor);
    if (container === undefined) return [];
    this.#lookAhead(cursor.bytes);
    return this.names.find(container, address, cursor.time);
  }

  /**
   * Rare events are read before bulk ones: the answer that a connect follows stands behind it in the batch. Looked for
   * when a rule asks, once a batch.
   */
  #lookAhead(bytes: Uint8Array): void {
    if (this.#looked === bytes) return;
    this.#looked = bytes;
    const ahead = this.#ahead.open(bytes);
    while (ahead.next()) if (ahead.kind === Kind.NetDns) this.#learn(ahead);
  }

  #learn(cursor: EventCursor): void {
    const container = this.#numberOf(cursor);
    if (container !== undefined) this.names.learn(container, cursor);
  }

  /** One number for a slot and its generation; 0 for the node itself, undefined while the container is not known. */
  #numberOf(cursor: EventCursor): number | undefined {
    if (cursor.slot !== 0) return cursor.slot * GENERATIONS + cursor.generation;
    if ((cursor.flags & HeaderFlag.host) !== 0) return 0;
    const container = this.containerOf(cursor);
    return container && container.slot * GENERATIONS + container.generation;
  }

  /** The whole state as bytes, for a checkpoint. */
  snapshot(): Uint8Array {
    return encodeState({
      bootId: this.#bootId,
      epoch: this.#epoch,
      processes: this.processes,
      containers: this.containers,
      names: this.names,
    });
  }

  /**
   * Takes over what `snapshot` gave, in place of what is known.
   * @throws ControlPlaneError CHECKPOINT_CORRUPT; the state is then as it was
   */
  restore(bytes: Uint8Array): void {
    const saved = decodeState(bytes);
    this.#bootId = saved.bootId;
    this.#epoch = saved.epoch;
    this.processes.restore(saved.nodes, saved.exited);
    this.processes.now = saved.now;
    this.processes.evictedExited = saved.evictedExited;
    this.processes.evictedLiving = saved.evictedLiving;
    this.containers.restore(saved.containers, saved.host);
    this.names.restore(saved.names);
  }

  /** A process whose exec was not seen: the header alone speaks for it. */
  #unknown(cursor: EventCursor): Process {
    const node = new ProcessNode(cursor.tgid, cursor.start);
    node.ppid = cursor.u32(Header.ppid);
    node.uid = cursor.u32(Header.uid);
    node.name = commOf(cursor);
    node.slot = cursor.slot;
    node.generation = cursor.generation;
    const parent = this.processes.findAt(node.ppid, node.start);
    if (parent && parent.pid !== node.pid) {
      node.parent = asOf(parent, cursor.time, 0);
      node.parentStart = parent.start;
      // the first process of a pid name space may have adopted it
      if (parent.vpid !== 1 && node.inContainerOf(parent)) node.enterWith(parent);
    }
    return node;
  }
}

/**
 * A process and its ancestors as they were at a time. Bulk events are read after rare ones, so a program that ran then may
 * have been replaced since: a shell runs its last command in its own place.
 */
function asOf(node: ProcessNode, time: number, depth: number): ProcessNode {
  const then = node.since <= time ? node : (node.earlier ?? unseen(node));
  if (!then.parent || depth >= MAX_DEPTH) return then;
  const parent = asOf(then.parent, time, depth + 1);
  if (parent === then.parent) return then;
  const copy = then.image();
  copy.parent = parent;
  return copy;
}

/** What a process was before the first exec that is known of it. */
function unseen(node: ProcessNode): ProcessNode {
  const before = new ProcessNode(node.pid, node.start);
  before.ppid = node.ppid;
  before.parentStart = node.parentStart;
  before.parent = node.parent;
  before.uid = node.uid;
  before.vpid = node.vpid;
  before.slot = node.slot;
  before.generation = node.generation;
  return before.enterWith(node);
}
