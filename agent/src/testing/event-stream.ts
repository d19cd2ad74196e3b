import { AckPolicy, DeliverPolicy, type JetStreamManager, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, type NatsConnection, nkeyAuthenticator } from '@nats-io/transport-node';
import { EVENT_STREAM } from '@picket/sdk';

export interface StoredMessage {
  readonly id: string;
  readonly data: Uint8Array;
}

/** The event stream as the control plane keeps it. Every call has a connection of its own: tests kill the server. */
export class EventStream {
  readonly #url: string;
  readonly #seed: Uint8Array;

  /** @param seed key of the control plane */
  constructor(url: string, seed: Uint8Array) {
    this.#url = url;
    this.#seed = seed;
  }

  async connect(): Promise<NatsConnection> {
    const authenticator = nkeyAuthenticator(this.#seed);
    return connect({ servers: this.#url, authenticator, inboxPrefix: '_INBOX_control-plane', reconnect: false });
  }

  create(): Promise<void> {
    return this.#manage(async (manager) => {
      await manager.streams.add({
        name: EVENT_STREAM,
        subjects: ['picket.events.>'],
        storage: 'file',
        duplicate_window: 120_000_000_000,
      });
    });
  }

  remove(): Promise<void> {
    return this.#manage(async (manager) => void (await manager.streams.delete(EVENT_STREAM)));
  }

  /** Messages in the stream, oldest first. */
  messages(): Promise<StoredMessage[]> {
    return this.#manage(async (manager, connection) => {
      const { state } = await manager.streams.info(EVENT_STREAM);
      return state.messages === 0 ? [] : readUpTo(connection, manager, state.last_seq);
    });
  }

  async #manage<T>(use: (manager: JetStreamManager, connection: NatsConnection) => Promise<T>): Promise<T> {
    const connection = await this.connect();
    try {
      return await use(await jetstreamManager(connection, { checkAPI: false }), connection);
    } finally {
      await connection.close();
    }
  }
}

async function readUpTo(connection: NatsConnection, manager: JetStreamManager, last: number): Promise<StoredMessage[]> {
  const { name } = await manager.consumers.add(EVENT_STREAM, {
    deliver_policy: DeliverPolicy.All,
    ack_policy: AckPolicy.None,
    inactive_threshold: 10_000_000_000,
  });
  const consumer = await jetstream(connection).consumers.get(EVENT_STREAM, name);
  const all: StoredMessage[] = [];
  for await (const message of await consumer.consume({ max_messages: 500 })) {
    all.push({ id: message.headers?.get('Nats-Msg-Id') ?? '', data: message.data });
    if (message.seq >= last) break;
  }
  return all;
}
