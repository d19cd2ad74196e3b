import {
  BatchError,
  type CapturedMessage,
  decodeBatchHeader,
  encodeBatchHeader,
  eventSubject,
  nodeToken,
  partitionOf,
} from '@picket/sdk';

/** A message that is ready to be published again. */
export interface ReplayMessage {
  readonly subject: string;
  /** For duplicate suppression. */
  readonly id: string;
  readonly batch: Uint8Array;
}

/**
 * Makes messages of a capture fit to be published again. Each agent run of the capture gets a new epoch: with its
 * own it would be taken for a duplicate. The order of the runs is kept, everything else stays as it was.
 */
export class Rewriter {
  readonly #base: bigint;
  readonly #node: string | undefined;
  readonly #epochs = new Map<string, bigint>();

  /**
   * @param now ms since 1970, later than the start of every agent on the bus
   * @param node replaces the name of the node; without it `-replay` is put behind each name. Under its own name the
   *   newer epoch would make the events of the real agent look old.
   */
  constructor(now: number, node?: string) {
    this.#base = BigInt(now);
    this.#node = node;
  }

  /** @throws BatchError when the message holds no batch */
  async rewrite(message: CapturedMessage): Promise<ReplayMessage> {
    const { header, packed } = decodeBatchHeader(message.batch);
    const node = this.#node ?? `${header.node}-replay`;
    const agentEpoch = this.#epoch(`${header.node}/${header.agentEpoch}`);
    const head = encodeBatchHeader({ ...header, node, agentEpoch });
    const batch = new Uint8Array(head.length + packed.length);
    batch.set(head);
    batch.set(packed, head.length);
    const token = await nodeToken(node);
    const id = `${token}.${agentEpoch}.${header.firstSequence}`;
    return { subject: eventSubject(partitionOf(token), token), id, batch };
  }

  #epoch(run: string): bigint {
    const known = this.#epochs.get(run);
    if (known !== undefined) return known;
    const epoch = this.#base + BigInt(this.#epochs.size);
    this.#epochs.set(run, epoch);
    return epoch;
  }
}

/** Whether a batch that can not be read was the reason. */
export const isUnreadable = (error: unknown): error is BatchError => error instanceof BatchError;
