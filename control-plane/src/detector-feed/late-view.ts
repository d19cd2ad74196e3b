import { type BatchHeader, type EventCursor, Header } from '@picket/sdk';
import type { NodeState } from '../detection/state/node-state.ts';
import type { Accounts, Container, NodeView, Process, ProcessEntry } from '../types.ts';

/**
 * What is known now about an event of a batch that was applied a while ago. Agent and node may have begun anew since:
 * then slots, or processes too, are those of others, and nothing is said rather than something of them.
 */
export class LateView implements NodeView {
  readonly node: string;
  readonly #state: NodeState | undefined;
  readonly #same: 'run' | 'boot' | 'neither';

  /** @param state of the node; undefined when it is not known any more */
  constructor(state: NodeState | undefined, header: BatchHeader) {
    this.node = header.node;
    this.#state = state;
    this.#same = state?.sameAs(header) ?? 'neither';
  }

  processOf(cursor: EventCursor): Process | undefined {
    return this.#same === 'neither' ? undefined : this.#state?.processOf(cursor);
  }

  containerOf(cursor: EventCursor): Container | undefined {
    if (this.#same === 'run') return this.#state?.containerOf(cursor);
    // a cgroup has its number for as long as the node runs
    return this.#same === 'boot' ? this.#state?.containers.findCgroup(cursor.u64(Header.cgroup)) : undefined;
  }

  entryOf(process: Process, container: Container | undefined): ProcessEntry | undefined {
    return this.#state?.entryOf(process, container);
  }

  get host(): Accounts {
    return this.#state?.host ?? { users: [], groups: [] };
  }

  hasForgotten(cursor: EventCursor): boolean {
    if (cursor.tgid === 0) return false;
    return this.#same === 'neither' || this.#state?.processes.find(cursor.tgid, cursor.start) === undefined;
  }
}
