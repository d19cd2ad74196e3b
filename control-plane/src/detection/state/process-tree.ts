import { type EventCursor, Header, HeaderFlag, ProcessFork } from '@picket/sdk';
import { chooseLiving } from './choose-living.ts';
import { findEntry } from './find-entry.ts';
import { ProcessNode } from './process-node.ts';
import { commOf, readExec, readFork, readOwner } from './process-records.ts';
import type { ProcessTreeOptions } from './process-tree-options.ts';
import { tellsMore } from './tells-more.ts';

const SWEEP_AFTER = 4096;
/** Exited processes among which one without children is looked for. */
const LEAF_SEARCH = 32;

/**
 * The processes of one node by (pid, start). Children hold their parent, so ancestry outlives it; how much of it,
 * and how many processes, is bounded, and what had to be dropped early is counted.
 */
export class ProcessTree {
  readonly options: ProcessTreeOptions;
  readonly #byPid = new Map<number, ProcessNode>();
  /** In the order of their exits; entries before `#exitedFrom` are done with. */
  #exited: ProcessNode[] = [];
  #exitedFrom = 0;
  #size = 0;
  #living = 0;
  #removed = 0;
  #stamps = 0;
  /** What `find` answered last, while processes are neither added nor dropped. */
  #found: ProcessNode | undefined;
  /** Changes whenever a process does that others may descend from. */
  lines = 0;
  /** Latest event time seen. */
  now = 0;
  /** Exited processes dropped before their time because the tree was full. */
  evictedExited = 0;
  /** Living processes dropped because the tree was full of living ones. */
  evictedLiving = 0;

  constructor(options: ProcessTreeOptions) {
    this.options = options;
  }

  get size(): number {
    return this.#size;
  }

  /** Processes kept that were not seen to exit. */
  get living(): number {
    return this.#living;
  }

  find(pid: number, start: number, rounded = false): ProcessNode | undefined {
    const last = this.#found;
    if (last && last.pid === pid && last.start === start && !rounded) return last;
    for (let node = this.#byPid.get(pid); node; node = node.older)
      if (node.began(start, rounded)) {
        if (!rounded && node.start === start) this.#found = node;
        return node;
      }
    return undefined;
  }

  /** The process that had a pid at a time, the latest one when several did. */
  findAt(pid: number, time: number): ProcessNode | undefined {
    for (let node = this.#byPid.get(pid); node; node = node.older) if (node.start <= time) return node;
    return undefined;
  }

  exec(cursor: EventCursor): void {
    const rounded = (cursor.flags & HeaderFlag.synthetic) !== 0;
    const snapshot = (cursor.flags & HeaderFlag.snapshot) !== 0;
    const known = this.find(cursor.tgid, cursor.start, rounded);
    if (known && snapshot && !tellsMore(known, cursor, rounded)) {
      this.#findEntry(known, rounded);
      return;
    }
    const node = known ?? this.#insert(cursor, rounded);
    if (known && !snapshot && known.name !== '') known.earlier = known.image();
    else node.earlier = undefined;
    readExec(node, cursor);
    node.since = snapshot ? 0 : cursor.time;
    if (!rounded) node.sharpen(cursor.start);
    if (!node.parent) this.#adopt(node, this.find(node.ppid, node.parentStart, rounded), known === undefined);
    this.#findEntry(node, rounded);
    this.#changed(node);
  }

  fork(cursor: EventCursor): void {
    const known = this.find(cursor.tgid, cursor.start);
    const node = known ?? this.#insert(cursor, false);
    const parentStart = cursor.u64(ProcessFork.parentStart);
    const maker = this.#makerOf(node, cursor.u32(ProcessFork.parentTid));
    const parent = maker ?? this.find(cursor.u32(Header.ppid), parentStart);
    if (!node.parent) this.#adopt(node, parent, known === undefined);
    this.#changed(node);
    if (known && known.name !== '') return;
    if (parent) node.inherit(parent);
    node.entryPid = 0;
    readFork(node, cursor);
    if (maker) findEntry(node, maker, 'maker', undefined);
    else if (parent && node.inContainerOf(parent)) findEntry(node, parent, 'current', undefined);
  }

  exit(cursor: EventCursor): void {
    const node = this.find(cursor.tgid, cursor.start);
    if (node?.exited === 0) this.#end(node, cursor.time);
  }

  /** A process that came from outside is known by its name only, until it runs a program. */
  moved(cursor: EventCursor): void {
    const known = this.find(cursor.tgid, cursor.start);
    const node = known ?? this.#insert(cursor, false);
    if (!known) node.name = commOf(cursor);
    const { slot, generation } = node;
    readOwner(node, cursor);
    if (slot !== 0) {
      // leaving the cgroup of a container does not mean leaving the container
      node.slot = slot;
      node.generation = generation;
    } else if (node.slot !== 0) node.enter();
    this.#changed(node);
  }

  #changed(node: ProcessNode): void {
    this.#found = undefined;
    node.stamp = ++this.#stamps;
    if (node.isParent) this.lines++;
  }

  /** The entry as far as the present parent and the session show it, for a process whose making was not seen. */
  #findEntry(node: ProcessNode, rounded: boolean): void {
    if (node.entryPid !== 0 || node.slot === 0) return;
    const parent = this.find(node.ppid, node.parentStart, rounded);
    findEntry(node, parent, 'current', this.findAt(node.sid, node.start));
    this.#changed(node);
  }

  /** Moves event time on and forgets the processes that exited long enough ago. */
  advance(time: number): void {
    if (time > this.now) this.now = time;
    const limit = this.now - this.options.keepExited;
    for (;;) {
      const first = this.#exited[this.#exitedFrom];
      if (!first || first.exited > limit) break;
      this.#exitedFrom++;
      this.#remove(first);
    }
    if (this.#exitedFrom > 1024 && this.#exitedFrom * 2 > this.#exited.length) {
      this.#exited = this.#exited.slice(this.#exitedFrom);
      this.#exitedFrom = 0;
    }
  }

  clear(): void {
    this.#byPid.clear();
    this.#found = undefined;
    this.#exited = [];
    this.#exitedFrom = 0;
    this.#size = 0;
    this.#living = 0;
    this.#removed = 0;
    this.now = 0;
  }

  /** Every process the tree finds, in the order in which their pids came. */
  *nodes(): Generator<ProcessNode> {
    for (const first of this.#byPid.values())
      for (let node: ProcessNode | undefined = first; node; node = node.older) yield node;
  }

  /** Exited processes in the order in which they will be forgotten. */
  exitedNodes(): readonly ProcessNode[] {
    return this.#exited.slice(this.#exitedFrom).filter((node) => node.kept);
  }

  /** Puts back what `nodes` and `exitedNodes` gave. */
  restore(nodes: readonly ProcessNode[], exited: readonly ProcessNode[]): void {
    this.clear();
    let last: ProcessNode | undefined;
    for (const node of nodes) {
      node.older = undefined;
      node.kept = true;
      if (node.parent) node.parent.children++;
      for (let up = node.parent; up && !up.isParent; up = up.parent) up.isParent = true;
      if (last && last.pid === node.pid) last.older = node;
      else this.#byPid.set(node.pid, node);
      last = node;
      this.#size++;
      if (node.exited === 0) this.#living++;
    }
    this.#exited = [...exited];
  }

  #insert(cursor: EventCursor, coarse: boolean): ProcessNode {
    if (this.#size >= this.options.maxProcesses) this.#evict();
    const node = new ProcessNode(cursor.tgid, cursor.start);
    node.coarse = coarse;
    node.kept = true;
    this.#found = undefined;
    this.#size++;
    this.#living++;
    const other = this.#byPid.get(node.pid);
    if (other && other.start > node.start) {
      node.older = other.older;
      other.older = node;
      this.#end(node, other.start);
      return node;
    }
    node.older = other;
    this.#byPid.set(node.pid, node);
    // its exit was lost, or the pid could not have been given again
    if (other && other.exited === 0) this.#end(other, node.start);
    return node;
  }

  #end(node: ProcessNode, time: number): void {
    node.exited = time;
    this.#living--;
    this.#exited.push(node);
  }

  /** Makes room: a process that exited, at best one without children; else living ones of the fullest container. */
  #evict(): void {
    const dead = this.#takeExited();
    if (dead) {
      this.evictedExited++;
      this.#remove(dead);
      return;
    }
    // several at once, because choosing them looks at every process
    const victims = chooseLiving(this.nodes(), Math.max(1, this.options.maxProcesses >> 6));
    this.evictedLiving += victims.length;
    for (const node of victims) this.#remove(node);
  }

  /** The first to exit among the next few that has no children; else the first of all. Order stays. */
  #takeExited(): ProcessNode | undefined {
    const exited = this.#exited;
    while (this.#exitedFrom < exited.length && !exited[this.#exitedFrom]?.kept) this.#exitedFrom++;
    const from = this.#exitedFrom;
    const near = exited.slice(from, from + LEAF_SEARCH);
    const leaf = near.findIndex((node) => node.kept && node.children === 0);
    if (leaf > 0) exited.copyWithin(from + 1, from, from + leaf);
    this.#exitedFrom++;
    return near[Math.max(leaf, 0)];
  }

  #remove(node: ProcessNode): void {
    if (!node.kept) return;
    node.kept = false;
    this.#found = undefined;
    if (node.parent) node.parent.children--;
    this.#size--;
    if (node.exited === 0) this.#living--;
    const first = this.#byPid.get(node.pid);
    if (first === node && !node.older) this.#byPid.delete(node.pid);
    else if (first === node && node.older) this.#byPid.set(node.pid, node.older);
    else for (let other = first; other; other = other.older) if (other.older === node) other.older = node.older;
    node.older = undefined;
    node.earlier = undefined;
    if (++this.#removed >= SWEEP_AFTER) this.sweep();
  }

  /** Lets go of ancestors that are too far up, and of programs that no late event can concern any more. */
  sweep(): void {
    this.#removed = 0;
    const limit = this.now - this.options.keepExited;
    for (const node of this.nodes()) {
      this.#cut(node);
      if (node.since < limit) node.earlier = undefined;
    }
  }

  #cut(node: ProcessNode): void {
    let up: ProcessNode | undefined = node;
    for (let i = 0; up && i < this.options.maxAncestors; i++) up = up.parent;
    if (!up?.parent || up.kept) return;
    up.parent = undefined;
    this.#changed(up);
  }

  /** A node that is not fresh may have descendants already; a lying record must not make it its own ancestor. */
  #adopt(node: ProcessNode, parent: ProcessNode | undefined, fresh: boolean): void {
    if (!fresh) for (let up = parent; up; up = up.parent) if (up === node) return;
    if (parent === node) return;
    node.parent = parent;
    if (parent) parent.isParent = true;
    if (parent && node.kept) parent.children++;
    this.#cut(node);
  }

  /**
   * Who called clone. With CLONE_PARENT that is not the parent: a process could hide where it comes from by giving
   * its child its own parent, which for the first process of an exec session lies outside of the container.
   */
  #makerOf(child: ProcessNode, tid: number): ProcessNode | undefined {
    const maker = this.#byPid.get(tid);
    return maker && maker !== child && maker.exited === 0 && maker.start <= child.start ? maker : undefined;
  }
}
