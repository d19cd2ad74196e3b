import { type EventCursor, Header, Kind } from '@picket/sdk';
import type { Batch, Container, NodeView } from '../../../types.ts';
import type { FeatureWindow } from './feature-window.ts';
import { PeerTokens } from './tokens/peer-tokens.ts';
import { TextMemo } from './tokens/text-memo.ts';
import { textFacts } from './tokens/text-use.ts';
import { NodeWindows } from './windows/node-windows.ts';
import { readState, writeState } from './windows/windows-state.ts';

/** What windows need to know of the node of a batch; `NodeState` is one. */
export interface WindowsView extends NodeView {
  readonly containers: { find(slot: number, generation: number): Container | undefined };
}

/** A window that is over, and whose it is. */
export interface ClosedWindow {
  readonly container: Container;
  readonly window: FeatureWindow;
}

/** Counts since the start; none of them is part of a snapshot. */
export interface WindowStats {
  /** Windows closed, by their length. */
  readonly closed: { 1: number; 10: number; 60: number };
  /** Records that came when their second was over; they count in the first one that is open. */
  late: number;
  /** Records of containers that nothing is known of. */
  unknown: number;
  /** Records of containers beyond the number of those that are kept. */
  refused: number;
  /** Records of a runtime that had not entered its container yet: they count for nothing. */
  runtime: number;
}

/** Containers of a partition of which windows are kept. */
const MOST_CONTAINERS = 20_000;

/**
 * Adds up what each container does, in windows of 1, 10 and 60 s of event time. For each batch call `begin` (after the
 * state of the node has begun it), `apply` for every record (after the state has), then `end`.
 */
export class ContainerWindows {
  readonly stats: WindowStats = { closed: { 1: 0, 10: 0, 60: 0 }, late: 0, unknown: 0, refused: 0, runtime: 0 };
  readonly #most: number;
  readonly #nodes = new Map<string, NodeWindows>();
  readonly #memos = { memo: new TextMemo(textFacts), peers: new PeerTokens() };
  #node: NodeWindows | undefined;
  /** What a new run of the agent has closed. */
  #early: ClosedWindow[] = [];
  #tracks = 0;

  constructor({ mostContainers = MOST_CONTAINERS }: { mostContainers?: number } = {}) {
    this.#most = mostContainers;
  }

  /** Containers of which windows are open. */
  get containers(): number {
    let sum = 0;
    for (const { tracks } of this.#nodes.values()) sum += tracks.size;
    return sum;
  }

  begin(batch: Batch, _view: WindowsView): void {
    const { node } = batch.header;
    let known = this.#nodes.get(node);
    if (!known) {
      known = new NodeWindows(node, this.stats);
      this.#nodes.set(node, known);
    }
    this.#node = known;
    this.#memos.peers.begin();
    this.#tracks = this.containers;
    known.begin(batch.header, this.#early);
  }

  apply(cursor: EventCursor, view: WindowsView): void {
    const node = this.#node;
    if (!node) return;
    const { kind } = cursor;
    if (kind === Kind.CgroupCreated) node.made(cursor.u64(Header.cgroup));
    else if (kind === Kind.SensorLoss) node.loss(cursor);
    else if (kind !== Kind.CgroupRemoved && kind !== Kind.ProcessMoved) {
      const track = node.trackOf(cursor, view, this.#mayOpen);
      if (track) node.count(cursor, view, track, this.#memos);
    }
  }

  /**
   * Closes what is over by the watermark of the batch: of each container in the order of time, of windows that end together
   * the shorter ones first. A window of 1 s is there when something happened in it, one of 10 s or 60 s also when only
   * resources were told.
   */
  end(batch: Batch): ClosedWindow[] {
    const out = this.#early;
    this.#early = [];
    this.#node?.close(Number(batch.header.watermark), out);
    this.#node = undefined;
    return out;
  }

  snapshot(): Uint8Array {
    return writeState([...this.#nodes.values()]);
  }

  /**
   * Goes on from a snapshot.
   * @param viewOf the restored state of a node
   * @throws FeatureError when it can not be read
   */
  restore(bytes: Uint8Array, viewOf: (node: string) => WindowsView | undefined): void {
    const nodes = readState(bytes, this.stats, (node, slot, generation) =>
      viewOf(node)?.containers.find(slot, generation),
    );
    this.#nodes.clear();
    for (const node of nodes) this.#nodes.set(node.node, node);
  }

  readonly #mayOpen = (): boolean => {
    if (this.#tracks >= this.#most) {
      this.stats.refused++;
      return false;
    }
    this.#tracks++;
    return true;
  };
}
