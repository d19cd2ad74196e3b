import type { JetStreamManager } from '@nats-io/jetstream';
import type { NatsConnection, Subscription } from '@nats-io/transport-node';
import { EVENT_STREAM, PARTITIONS, partitionOf } from '@picket/sdk';
import { toBusError } from './bus-error.ts';

/**
 * Knows which partitions have events in the stream or agents that give signs of life. Partitions are only added: one
 * that is quiet costs nothing but its lease.
 */
export class ActivePartitions {
  readonly #jsm: JetStreamManager;
  readonly #known = new Set<number>();
  readonly #heartbeats: Subscription;

  /** @param onNew called when the heartbeat of an agent shows a partition that was not known */
  constructor(nats: NatsConnection, jsm: JetStreamManager, onNew: () => void) {
    this.#jsm = jsm;
    this.#heartbeats = nats.subscribe('picket.agents.*.status', {
      callback: (error, message) => {
        const token = error ? undefined : message.subject.split('.')[2];
        if (token && this.#add(partitionOf(token))) onNew();
      },
    });
  }

  /** All that are known after a look at the stream. @throws ControlPlaneError BUS_* */
  async look(): Promise<ReadonlySet<number>> {
    try {
      const info = await this.#jsm.streams.info(EVENT_STREAM, { subjects_filter: 'picket.events.>' });
      for (const subject of Object.keys(info.state.subjects ?? {})) this.#add(Number(subject.split('.')[2]));
    } catch (cause) {
      throw toBusError(cause, `look for partitions in stream ${EVENT_STREAM}`);
    }
    return this.#known;
  }

  close(): void {
    this.#heartbeats.unsubscribe();
  }

  #add(partition: number): boolean {
    if (!Number.isInteger(partition) || partition < 0 || partition >= PARTITIONS || this.#known.has(partition))
      return false;
    this.#known.add(partition);
    return true;
  }
}
