import type { ContainerEntry } from '../selection/container-entry.ts';

interface ToldSlot {
  readonly generation: number;
  /** Of what was told. */
  readonly sum: number;
  /** Place of the call that first told of this generation. */
  readonly since: number;
  /** The container that had the slot before. */
  readonly before: { readonly generation: number; readonly since: number } | undefined;
}

interface ToldNode {
  readonly epoch: string;
  readonly slots: Map<number, ToldSlot>;
}

/** What `saved` gives, as JSON. */
export type SavedTold = readonly (readonly [
  node: string,
  epoch: string,
  slots: readonly (readonly [slot: number, generation: number, sum: number])[],
])[];

/**
 * The containers that an instance has been told of, by node. An agent that begins anew counts its slots anew. Bounded by the
 * slots of the nodes of a partition.
 */
export class ToldContainers {
  readonly #nodes = new Map<string, ToldNode>();

  /** Whether exactly this has been told. */
  knows(node: string, agentEpoch: bigint, { slot, generation, sum }: ContainerEntry): boolean {
    const found = this.#nodes.get(node);
    const known = found?.epoch === String(agentEpoch) ? found.slots.get(slot) : undefined;
    return known !== undefined && known.generation === generation && known.sum === sum;
  }

  /**
   * Those of the entries that are new or have changed. From now on they are told.
   * @param place of the call that tells them
   */
  news(node: string, agentEpoch: bigint, entries: readonly ContainerEntry[], place: number): ContainerEntry[] {
    const news = entries.filter((entry) => !this.knows(node, agentEpoch, entry));
    if (news.length === 0) return news;
    const { slots } = this.#node(node, String(agentEpoch));
    for (const { slot, generation, sum } of news) {
      const known = slots.get(slot);
      const isSame = known?.generation === generation;
      slots.set(slot, { generation, sum, since: isSame ? known.since : place, before: isSame ? known.before : known });
    }
    return news;
  }

  /**
   * Generation of the container in a slot, when the instance knew one there in a call. Answers come late: what calls behind it told
   * does not count. Nor what was told of another run of the agent: slots mean something else there.
   */
  generationOf(node: string, agentEpoch: bigint, slot: number, place: number): number | undefined {
    const found = this.#nodes.get(node);
    const known = found?.epoch === String(agentEpoch) ? found.slots.get(slot) : undefined;
    const then = known && known.since > place ? known.before : known;
    return then && then.since <= place ? then.generation : undefined;
  }

  clear(): void {
    this.#nodes.clear();
  }

  saved(): SavedTold {
    return [...this.#nodes].map(([node, { epoch, slots }]) => [
      node,
      epoch,
      [...slots].map(([slot, { generation, sum }]) => [slot, generation, sum] as const),
    ]);
  }

  restore(saved: SavedTold): void {
    this.clear();
    for (const [node, epoch, entries] of saved) {
      const { slots } = this.#node(node, epoch);
      for (const [slot, generation, sum] of entries) slots.set(slot, { generation, sum, since: -1, before: undefined });
    }
  }

  #node(node: string, epoch: string): ToldNode {
    const known = this.#nodes.get(node);
    if (known?.epoch === epoch) return known;
    const fresh = { epoch, slots: new Map() };
    this.#nodes.set(node, fresh);
    return fresh;
  }
}
