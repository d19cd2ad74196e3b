import { AckPolicy, DeliverPolicy, jetstream, jetstreamManager } from '@nats-io/jetstream';
import { connect, nkeyAuthenticator } from '@nats-io/transport-node';
import { EVENT_STREAM } from '@picket/sdk';
import type { TestNats } from './nats.ts';

/** The messages that the event stream has now, from a place in it on. */
export async function* eventMessages(
  nats: TestNats,
  from: number,
): AsyncGenerator<{ sequence: number; data: Uint8Array }, void, undefined> {
  const authenticator = nkeyAuthenticator(nats.seeds['control-plane']);
  const connection = await connect({ servers: nats.url, authenticator, inboxPrefix: '_INBOX_control-plane' });
  try {
    const manager = await jetstreamManager(connection, { checkAPI: false });
    const { state } = await manager.streams.info(EVENT_STREAM);
    if (state.last_seq < from) return;
    const { name } = await manager.consumers.add(EVENT_STREAM, {
      deliver_policy: DeliverPolicy.StartSequence,
      opt_start_seq: from,
      ack_policy: AckPolicy.None,
      inactive_threshold: 10_000_000_000,
    });
    const consumer = await jetstream(connection).consumers.get(EVENT_STREAM, name);
    for await (const message of await consumer.consume({ max_messages: 64 })) {
      yield { sequence: message.seq, data: message.data };
      if (message.seq >= state.last_seq) return;
    }
  } finally {
    await connection.close();
  }
}
